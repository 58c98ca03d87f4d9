"""Somebody else's commits between the look at a table and the write."""

from __future__ import annotations

from lakesmith.batch.context import BatchContext
from lakesmith.errors import WriteError
from lakesmith.ledger.commit_walk import undone_spans


def refuse_changed(batch: BatchContext) -> None:
    """Raise LS211 when somebody else's change of rows stands, or LS520 when it was taken back in the meantime."""
    if batch.state is None:
        return
    if undone_spans(batch.session, batch.table, batch.state):
        raise WriteError(
            f"rows of {batch.name} were changed and taken back by somebody else while the batch was written",
            code="LS520",
            where=batch.table.location,
            hint="run again: the next run leaves these versions out",
        )
