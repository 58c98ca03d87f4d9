"""The rows of a batch are accounted for from what was observed and what Delta counted."""

from __future__ import annotations

from typing import Any

import pytest

from lakesmith.batch.counts import Counts
from lakesmith.batch.record import count
from lakesmith.tables.commit import Outcome, WriteResult

NO_TOMBSTONES = {"insert": 0, "update_postimage": 0}


def metrics(read: int, quarantined: int, accepted: int) -> dict[str, Any]:
    return {"read": {"rows": read}, "gate": {"quarantined": quarantined}, "final": {"rows": accepted}}


@pytest.mark.parametrize(("delta", "tombstones", "expected"), [
    ({"numOutputRows": 6}, NO_TOMBSTONES, Counts(10, 3, 1, 6, inserted=6)),
    ({"numSourceRows": 6, "numTargetRowsInserted": 2, "numTargetRowsUpdated": 3}, NO_TOMBSTONES,
     Counts(10, 3, 1, 6, inserted=2, updated=3, unchanged=1)),
    ({"numSourceRows": 6, "numTargetRowsInserted": 2, "numTargetRowsUpdated": 4},
     {"insert": 1, "update_postimage": 3}, Counts(10, 3, 1, 6, inserted=1, updated=1, deleted=4)),
    ({"numSourceRows": 6, "numTargetRowsDeleted": 2}, NO_TOMBSTONES,
     Counts(10, 3, 1, 6, deleted=2, unchanged=4)),
    ({"numSourceRows": 6, "numTargetRowsInserted": 6, "numUnchangedRows": 0}, NO_TOMBSTONES,
     Counts(10, 3, 1, 6, inserted=6)),
])  # fmt: skip
def test_the_accounting_closes(delta: dict[str, int], tombstones: dict[str, int], expected: Counts) -> None:
    found = count(metrics(10, 1, 6), Outcome(WriteResult.WRITTEN, 1, delta), tombstones)
    assert found == expected
    assert found.read == found.dropped + found.quarantined + found.accepted
    assert found.accepted == found.inserted + found.updated + found.deleted + found.unchanged
