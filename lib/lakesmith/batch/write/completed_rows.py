"""A batch whose events leave values of their row as they were: it is completed from the table, or from all events."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.frames import Gated, one_each, stages
from lakesmith.batch.gate.partial_events import fill
from lakesmith.batch.write.change_set import Keep
from lakesmith.batch.write.truncates import Marks, newest_truncate, younger
from lakesmith.column_refs import named, same_key
from lakesmith.columns import KEPT, quoted
from lakesmith.ledger.key_change import holds_partial
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.transforms.conform import with_defaults


def must_complete(batch: BatchContext, marks: Marks) -> bool:
    """Tell whether older events can matter to the rows of a batch, or its rows to newer ones that the table holds."""
    if marks.partial or not batch.spec.write.leaves_values or batch.intent.first:
        return marks.partial
    return holds_partial(batch.session, batch.table)


def completed(gated: Gated, keep: Keep) -> DataFrame:
    """Return the rows of a batch, each with all values that are known of it: one a key, to replace the table's.

    Notes
    -----
    The events of a key that are all newer than the table's row go on from that row. An older one can fill what the
    newer ones left as it was, and be hidden by others: such a key is derived from all its events, from the upstream.
    """
    batch = gated.batch
    newest = keep(gated.rows)  # what is observed on the rows is observed here
    events = gated.plain().events
    mine = _after_truncates(batch, events, events)
    if batch.intent.first:
        # Nothing else may ask for the rows that were kept, and what is observed on them.
        newest.count()
        return keep(one_each(batch, fill(batch.spec, mine)).drop(KEPT))
    held = keep(_held(batch, newest))
    late = keep(_late_keys(batch, mine, held))
    both = mine.unionByName(
        _after_truncates(batch, held, events), allowMissingColumns=True
    )
    rows = one_each(batch, fill(batch.spec, _of_keys(batch, both, late, "left_anti")))
    if not late.isEmpty():
        rows = rows.unionByName(_derived(batch, late))
    return keep(rows.drop(KEPT))


def _derived(batch: BatchContext, late: DataFrame) -> DataFrame:
    """Return the rows of keys from all their events that the upstream has."""
    events = stages(batch.from_the_beginning()).events
    mine = _of_keys(batch, _after_truncates(batch, events, events), late, "left_semi")
    return one_each(batch, fill(batch.spec, mine))


def _held(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the rows of the table that have the keys of a batch, tombstones among them."""
    keys = batch.spec.write.keys
    bounds = find_touched(rows, keys).predicate()
    table = (
        batch.table.load(batch.session)
        .filter(bounds)
        .transform(with_defaults(batch.spec.columns))
    )
    return _of_keys(batch, table, rows.select(*map(named, keys)), "left_semi")


def _late_keys(batch: BatchContext, events: DataFrame, held: DataFrame) -> DataFrame:
    """Return the keys with an event that is not newer than the table's row."""
    keys = batch.spec.write.keys
    stored = held.select(*map(named, keys), "_seq").alias("t")
    is_late = ~(F.struct(F.col("e._seq")) > F.struct(F.col("t._seq")))
    both = events.alias("e").join(stored, same_key("e", "t", keys) & is_late)
    return both.select(
        *[F.col(f"e.{quoted(key)}").alias(key) for key in keys]
    ).distinct()


def _of_keys(
    batch: BatchContext, rows: DataFrame, some: DataFrame, how: str
) -> DataFrame:
    same = same_key("r", "k", batch.spec.write.keys)
    return rows.alias("r").join(some.alias("k"), same, how)


def _after_truncates(
    batch: BatchContext, rows: DataFrame, events: DataFrame
) -> DataFrame:
    """Leave out what a truncate among events, or in the table, has wiped out: it tells nothing of later rows."""
    if batch.spec.write.truncates is None:
        return rows
    return younger(rows, newest_truncate(batch, events), batch.spec.write.keys)
