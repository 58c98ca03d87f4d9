"""Refuse a batch whose keys would follow other settings than the rows of its table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lakesmith.columns import RESCUED
from lakesmith.errors import WriteError
from lakesmith.ledger.key_change import key_change, tracks_all, unlike_rebuilt
from lakesmith.sources.new_columns import columns_since

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.ledger.key_change import NewColumns
    from lakesmith.tables.schema.diff import Change

REBUILD = "`lakesmith run --rebuild --select` the table"


def require_same_settings(batch: BatchContext) -> None:
    """Refuse keys, an order or settings that the commits of the table record otherwise.

    Raises
    ------
    WriteError
        LS511 with both values.
    """
    if batch.state is None:
        return
    # As it is hashed, without the frozen statistics of its steps.
    spec = batch.project.table(batch.name)
    new_columns = _new_columns(batch)
    difference = key_change(batch.session, batch.table, spec, batch.state, new_columns)
    _refuse(batch, difference)


def require_same_history(batch: BatchContext, changes: Sequence[Change]) -> None:
    """Refuse a new tracked column of a table without a contract, whose commits name none.

    Raises
    ------
    WriteError
        LS511 where the upstream may have had values for it.
    """
    spec = batch.spec
    if batch.state is None or spec.columns or not tracks_all(spec.write):
        return
    added = [change.column for change in changes if change.kind == "add"]
    new = [name for name in added if name != RESCUED]
    difference = unlike_rebuilt(spec, new, batch.state, _new_columns(batch))
    _refuse(batch, difference)


def _new_columns(batch: BatchContext) -> NewColumns:
    upstream = batch.spec.from_
    return partial(columns_since, batch.session, batch.project, upstream)


def _refuse(batch: BatchContext, difference: str) -> None:
    if difference:
        hint = f"put it back as it was, or {REBUILD}"
        raise WriteError(difference, code="LS511", where=batch.name, hint=hint)
