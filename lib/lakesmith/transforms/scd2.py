"""Derive the versions of a key over time (SCD type 2) from its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from lakesmith.column_refs import is_true, named, null
from lakesmith.columns import (
    CHANGE,
    DELETED,
    IS_CURRENT,
    RESCUED,
    SEQ,
    STORED,
    VALID_FROM,
    VALID_TO,
)
from lakesmith.transforms.keys.orderable import orderable, orderable_column
from lakesmith.types import Transform

_AT = "_at"
_CHANGED = "_changed"
_ENDS = "_ends"
_FIRST = "_first"


def timeline(keys: Sequence[str], track: Sequence[str]) -> Transform:
    """Turn events into versions.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    track : sequence of str
        Columns whose change begins a version; NULL is a value. The others follow the newest event
        of their version.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs one row for each key and event time, with the event time as first field of
    ``_seq`` STRUCT and, where rows may delete, ``_deleted`` BOOLEAN; ``_stored`` BOOLEAN marks a
    version that a table holds, which is the earliest of its key. Gives the same columns without
    ``_deleted`` and ``_stored``; `valid_from` and `valid_to` in the type of the event time, NULL
    while current; `is_current` BOOLEAN; ``_change`` STRING: ``insert``, ``update`` for a version
    that the table holds otherwise, NULL for one that it holds as it is. ``_seq`` is that of the
    first event.

    Equal neighbours are one version, a delete ends one, and none has zero length. One shuffle and
    one sort, by key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, "a", (1,)), (1, "a", (2,)), (1, "b", (5,))]
    >>> df = frame(spark, "id int, name string, _seq struct<at:int>", rows)
    >>> versions = df.transform(timeline(["id"], ["name"]))
    >>> versions.drop("_seq", "_change").orderBy("valid_from").show()
    +---+----+----------+--------+----------+
    | id|name|valid_from|valid_to|is_current|
    +---+----+----------+--------+----------+
    |  1|   a|         1|       5|     false|
    |  1|   b|         5|    NULL|      true|
    +---+----+----------+--------+----------+
    <BLANKLINE>
    """

    def apply(events: DataFrame) -> DataFrame:
        settled = {*keys, *track}
        others = [
            name for name in events.columns if _is_data(name) and name not in settled
        ]
        complete = _complete(events)
        by_key = Window.partitionBy(*map(named, keys)).orderBy(_AT)
        so_far = by_key.rowsBetween(Window.unboundedPreceding, Window.currentRow)

        state = _state(complete, track)
        changed = ~state.eqNullSafe(F.lag(state).over(by_key))
        marked = complete.withColumn(_CHANGED, changed)

        event = F.struct(SEQ, STORED, *map(named, others))
        first = F.when(named(_CHANGED), event)
        first_of_version = F.last(first, ignorenulls=True).over(so_far)
        next_changes = F.lead(_CHANGED).over(by_key)
        placed = (
            marked.withColumn(_FIRST, first_of_version)
            .withColumn(_ENDS, F.coalesce(next_changes, F.lit(True)))
            .withColumn(VALID_TO, F.lead(_AT).over(by_key))
        )

        is_last = named(_ENDS) & ~named(DELETED)
        versions = _version(events, others)

        return placed.filter(is_last).select(*versions)

    return apply


def instant_of(events: DataFrame) -> str:
    """Return the name of the field of ``_seq`` that holds the event time.

    Examples
    --------
    >>> instant_of(spark.sql("SELECT named_struct('at', 1, 'no', 2) AS _seq"))
    'at'
    """
    return _sequence_fields(events)[0].name


def sequence_at(events: DataFrame, instant: Column) -> Column:
    """Return a ``_seq`` at an event time, with NULL in all its other fields.

    Examples
    --------
    >>> df = spark.sql("SELECT named_struct('at', 1, 'no', 2) AS _seq")
    >>> df.select(sequence_at(df, F.lit(5)).alias("_seq")).first()._seq
    Row(at=5, no=None)
    """
    first, *others = _sequence_fields(events)
    values = [instant.alias(first.name)]

    for field in others:
        empty = null(field.dataType)
        values.append(empty.alias(field.name))
    return F.struct(*values)


def tracked(
    columns: Sequence[str], keys: Sequence[str], declared: Sequence[str]
) -> list[str]:
    """Return the declared columns whose change begins a version, by default all that are no keys.

    What a table has no column for is in ``_rescued``, and counts as the columns do.

    Examples
    --------
    >>> tracked(["id", "name", "_rescued", "_seq"], ["id"], [])
    ['name', '_rescued']
    """
    others = [name for name in columns if name not in keys and _is_data(name)]
    return list(declared) or others


def _sequence_fields(events: DataFrame) -> list[StructField]:
    kind = cast("StructType", events.schema[SEQ].dataType)
    return kind.fields


def _is_data(name: str) -> bool:
    is_technical = name.startswith("_")
    return name == RESCUED or not is_technical


def _complete(events: DataFrame) -> DataFrame:
    """Add the event time as a column, and the marks of deletes and stored rows where they lack."""
    at = F.col(SEQ).getField(instant_of(events))
    marks = {name: _mark(events, name) for name in (DELETED, STORED)}

    return events.withColumns({_AT: at, **marks})


def _mark(events: DataFrame, name: str) -> Column:
    if name not in events.columns:
        return F.lit(False)
    return is_true(named(name))


def _state(events: DataFrame, track: Sequence[str]) -> Column:
    """Return what two neighbours of one version have in common."""
    is_present = ~named(DELETED)
    values = [F.when(is_present, orderable_column(events, name)) for name in track]

    return F.struct(DELETED, *values)


def _version(events: DataFrame, others: Sequence[str]) -> list[Column]:
    internal = (SEQ, DELETED, STORED)
    kept = [named(name) for name in events.columns if name not in internal]

    sequence = F.col(f"{_FIRST}.{SEQ}")
    valid_from = sequence.getField(instant_of(events))
    valid_to = named(VALID_TO)
    is_current = valid_to.isNull()

    was_stored = F.col(f"{_FIRST}.{STORED}")
    is_same = _is_as_stored(events, others)
    change = F.when(~was_stored, "insert").when(~is_same, "update")

    return [
        *kept,
        valid_from.alias(VALID_FROM),
        valid_to,
        is_current.alias(IS_CURRENT),
        sequence.alias(SEQ),
        change.alias(CHANGE),
    ]


def _is_as_stored(events: DataFrame, others: Sequence[str]) -> Column:
    # The others follow the newest event, so a version may change although its interval does not.
    condition = F.col(VALID_TO).isNull()
    for name in others:
        kind = events.schema[name].dataType
        newest = orderable(named(name), kind)
        first = orderable(F.col(f"{_FIRST}.`{name}`"), kind)
        condition &= newest.eqNullSafe(first)

    return condition
