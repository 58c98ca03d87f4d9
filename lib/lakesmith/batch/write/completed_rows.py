"""Complete the rows of change events that leave some of their values as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.frames import BatchFrames, full_history
from lakesmith.batch.gate.one_each import one_each
from lakesmith.batch.gate.partial_events import fill
from lakesmith.batch.write.key_joins import having, keys_of, lacking
from lakesmith.batch.write.truncates import Marks, newest_truncate, younger
from lakesmith.column_refs import same_key
from lakesmith.columns import KEPT
from lakesmith.ledger.key_change import holds_partial
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.transforms.conform import with_defaults

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.write.change_set import Keep


def must_complete(batch: BatchContext, marks: Marks) -> bool:
    """Return whether rows must be completed from the table, or from older events.

    Without partial events in the batch they must where the table has rows that are made of
    several events, since a late event can then matter to a newer row.
    """
    if marks.partial or not batch.spec.write.leaves_values or batch.intent.first:
        return marks.partial
    return holds_partial(batch.session, batch.table)


def completed(frames: BatchFrames, keep: Keep) -> DataFrame:
    """Return the rows of a batch with all values that are known of them.

    Returns
    -------
    DataFrame
        *Columns*: the table's; one row a key, to replace the table's.

    Notes
    -----
    Where all events of a key are newer than the table's row, they go on from that row. An
    older event can fill what newer ones left as it was, and be hidden by others. Such a key
    is derived from all its events, from the upstream.
    """
    batch = frames.batch
    keys = batch.spec.write.keys
    # The observations of the rows are collected here.
    newest = keep(frames.rows)
    all_events = frames.replay.events
    events = _after_truncates(batch, all_events, all_events)
    if batch.intent.first:
        # No other query may compute the cached rows, which carry the observations.
        newest.count()
        return keep(one_each(batch, fill(batch.spec, events)).drop(KEPT))
    stored = keep(_stored(batch, newest))
    late = keep(_late_keys(batch, events, stored))
    valid = _after_truncates(batch, stored, all_events)
    both = events.unionByName(valid, allowMissingColumns=True)
    in_order = lacking(both, late, keys)
    rows = one_each(batch, fill(batch.spec, in_order))
    if not late.isEmpty():
        rows = rows.unionByName(_derived(batch, late))
    return keep(rows.drop(KEPT))


def _derived(batch: BatchContext, late: DataFrame) -> DataFrame:
    """Return the rows of keys from all their events in the upstream."""
    events = full_history(batch).events
    valid = _after_truncates(batch, events, events)
    of_late = having(valid, late, batch.spec.write.keys)
    return one_each(batch, fill(batch.spec, of_late))


def _stored(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the table's rows with the keys of a batch, tombstones among them."""
    keys = batch.spec.write.keys
    touched = find_touched(rows, keys)
    table = batch.table.load(batch.session)
    pruned = table.filter(touched.predicate())
    filled = pruned.transform(with_defaults(batch.spec.columns))
    return having(filled, rows, keys)


def _late_keys(batch: BatchContext, events: DataFrame, stored: DataFrame) -> DataFrame:
    """Return the keys with an event that is not newer than the table's row."""
    keys = batch.spec.write.keys
    # A struct can be compared even where its only field is NULL.
    event = F.struct(F.col("e._seq"))
    row = F.struct(F.col("t._seq"))
    is_late = same_key("e", "t", keys) & ~(event > row)
    late = events.alias("e").join(
        stored.alias("t"),
        is_late,
        "left_semi",
    )
    return keys_of(late, keys)


def _after_truncates(
    batch: BatchContext, rows: DataFrame, events: DataFrame
) -> DataFrame:
    """Leave out the rows before a truncate, since later events do not go on from them."""
    if batch.spec.write.truncates is None:
        return rows
    truncate = newest_truncate(batch, events)
    return younger(rows, truncate, batch.spec.write.keys)
