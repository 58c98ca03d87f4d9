"""Detect commits of another writer between the planning of a batch and its write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.errors import WriteError
from lakesmith.ledger.commit_walk import undone_spans

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext


def refuse_changed(batch: BatchContext) -> None:
    """Refuse to write when another writer changed rows of the table.

    Raises
    ------
    InputError
        LS211 when the change stands.
    WriteError
        LS520 when it was restored in the meantime.
    """
    if batch.state is None:
        return
    if undone_spans(batch.session, batch.table, batch.state):
        raise WriteError(
            f"another writer changed and restored rows of {batch.name} "
            "while the batch was written",
            code="LS520",
            where=batch.table.location,
            hint="run again: the next run leaves these versions out",
        )
