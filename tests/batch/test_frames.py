"""Metrics of a batch are those observed, or recomputed where observation and commit disagree."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lakesmith.batch.frames import BatchFrames
from lakesmith.tables.commit import Outcome, WriteResult


class Metrics:
    """Stand for observed metrics, of which it is known what was observed and what is true."""

    def __init__(self, observed: dict[str, Any] | None, true: dict[str, Any]) -> None:
        self.observed, self.true = observed, true

    def get(self) -> dict[str, Any] | None:
        return self.observed

    def compute(self, frame: object) -> dict[str, Any]:
        return self.true


def frames(
    final: dict[str, Any] | None, gate: dict[str, Any] | None, nondeterministic: bool = False, unfit: int | None = None
) -> BatchFrames:
    observed = SimpleNamespace(
        final=Metrics(final, {"rows": 5}), gate=Metrics(gate, {"rows": 7, "quarantined": 2}), ties=None
    )
    batch = SimpleNamespace(spec=SimpleNamespace(nondeterministic=nondeterministic))
    inputs = SimpleNamespace(metrics=Metrics({"rows": 9}, {"rows": 9}), rows=None, unfit=None)
    if unfit is not None:
        inputs.unfit = Metrics({"rows": unfit}, {})
    one = BatchFrames(batch, inputs, (), None, observed)  # type: ignore[arg-type]
    one.__dict__["replay"] = SimpleNamespace(tagged=None, final=None, events=None)
    return one


SEEN = {"rows": 5, "quarantined": 2}


@pytest.mark.parametrize(("final", "gate", "result", "rows", "recomputed"), [
    ({"rows": 5}, SEEN, WriteResult.WRITTEN, 5, False),
    ({"rows": 10}, SEEN, WriteResult.WRITTEN, 5, True),
    (None, SEEN, WriteResult.WRITTEN, 5, True),
    ({"rows": 5}, None, WriteResult.WRITTEN, 5, True),
    ({"rows": 5}, SEEN, WriteResult.SKIPPED, 5, True),
])  # fmt: skip
def test_what_is_doubted_is_recomputed(
    final: dict[str, Any] | None, gate: dict[str, Any] | None, result: WriteResult, rows: int, recomputed: bool
) -> None:
    found = frames(final, gate).metrics(Outcome(result, 1, {"numOutputRows": 5}))
    assert (found["final"]["rows"], found["recomputed"]) == (rows, recomputed)


def test_nothing_observed_counts_where_a_table_is_nondeterministic() -> None:
    found = frames({"rows": 5}, SEEN, nondeterministic=True).metrics(
        Outcome(WriteResult.WRITTEN, 1, {"numOutputRows": 5})
    )
    assert found["recomputed"]


@pytest.mark.parametrize(("unfit", "rows"), [(0, 5), (1, 7)])
def test_the_gate_is_counted_again_where_rows_that_do_not_fit_were_left_out(unfit: int, rows: int) -> None:
    found = frames({"rows": 5}, SEEN, unfit=unfit).metrics(Outcome(WriteResult.WRITTEN, 1, {"numOutputRows": 5}))
    assert (found["gate"]["rows"], found["recomputed"]) == (rows, False)
