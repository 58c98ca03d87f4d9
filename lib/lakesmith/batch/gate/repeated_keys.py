"""Count the rows of a batch that repeat the key of an earlier row of an appended table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.tables.key_history.added_rows import AddedRows
from lakesmith.tables.key_history.earlier_filter import EarlierFilter
from lakesmith.tables.key_history.repeats import count_repeats

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.quality.checks.batch.evaluation import EarlierKeys


def repeated_keys(
    batch: BatchContext, version: int, asked: Mapping[str, EarlierKeys]
) -> dict[str, int]:
    """Count the rows of a batch that repeat a key, by metric, and bring stored filters up to date.

    Parameters
    ----------
    batch : BatchContext
    version : int
        The version that the batch made.
    asked : mapping of str to EarlierKeys

    Returns
    -------
    dict
        Empty for a first batch and for a backfill, which replace rows: there the table is measured
        as a whole.
    """
    only_adds = not (batch.intent.first or batch.intent.dates)
    found: dict[str, int] = {}
    for name, keys in asked.items():
        added = AddedRows(batch.table, version, keys.columns, keys.condition)
        stored = _stored(batch, keys)
        if only_adds:
            found[name] = count_repeats(batch.session, added, stored)
        if stored:
            stored.catch_up(batch.session, from_scratch=batch.intent.first)

    return found


def _stored(batch: BatchContext, keys: EarlierKeys) -> EarlierFilter | None:
    if keys.key_filter is None:
        return None
    return EarlierFilter.of(
        batch.table,
        batch.spec,
        keys.columns,
        keys.key_filter,
    )
