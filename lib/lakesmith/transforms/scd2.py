"""Versions of a key over time (SCD type 2): half-open intervals in which what is tracked stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import cast

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import named
from lakesmith.columns import (
    CHANGE,
    IS_CURRENT,
    RESCUED,
    STORED,
    VALID_FROM,
    VALID_TO,
)
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.types import Transform

_AT = "_at"
_CHANGED = "_changed"
_FIRST = "_first"


def timeline(keys: Sequence[str], track: Sequence[str]) -> Transform:
    """Turn events into versions.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    track : sequence of str
        Columns whose change begins a version; NULL is a value. The others follow the newest event of their version.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs one row for each key and instant, with the instant as first field of ``_seq`` STRUCT and, where
    rows may delete, ``_deleted`` BOOLEAN; ``_stored`` BOOLEAN says that the row is a version that a table holds, and
    is the earliest of its key. Gives the same columns without ``_deleted`` and ``_stored``; `valid_from` and `valid_to`
    in the type of the instant, NULL while current; `is_current` BOOLEAN; ``_change`` STRING: ``insert``, ``update`` for
    a version that the table holds otherwise, NULL for one that it holds as it is. ``_seq`` is that of the first event.

    Equal neighbours are one version, a delete ends one, and none has zero length. One shuffle and one sort, by key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, name string, _seq struct<at:int>", [(1, "a", (1,)), (1, "a", (2,)), (1, "b", (5,))])
    >>> df.transform(timeline(["id"], ["name"])).drop("_seq", "_change").orderBy("valid_from").show()
    +---+----+----------+--------+----------+
    | id|name|valid_from|valid_to|is_current|
    +---+----+----------+--------+----------+
    |  1|   a|         1|       5|     false|
    |  1|   b|         5|    NULL|      true|
    +---+----+----------+--------+----------+
    <BLANKLINE>
    """

    def apply(events: DataFrame) -> DataFrame:
        others = [
            name
            for name in events.columns
            if _is_told(name) and name not in {*keys, *track}
        ]
        told = _told(events)
        window = Window.partitionBy(*map(named, keys)).orderBy(_AT)
        so_far = window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
        state = _state(told, track)
        marked = told.withColumn(_CHANGED, ~state.eqNullSafe(F.lag(state).over(window)))
        first = F.when(named(_CHANGED), F.struct("_seq", STORED, *map(named, others)))
        begun = (
            marked.withColumn(_FIRST, F.last(first, ignorenulls=True).over(so_far))
            .withColumn("_ends", F.coalesce(F.lead(_CHANGED).over(window), F.lit(True)))
            .withColumn(VALID_TO, F.lead(_AT).over(window))
        )
        return begun.filter(named("_ends") & ~named("_deleted")).select(
            *_version(events, others)
        )

    return apply


def instant_of(events: DataFrame) -> str:
    """Return the name of the field of ``_seq`` that says when an event happened."""
    return cast("StructType", events.schema["_seq"].dataType).fieldNames()[0]


def sequence_at(events: DataFrame, instant: Column) -> Column:
    """Return a ``_seq`` of an instant: its other fields are NULL."""
    first, *others = cast("StructType", events.schema["_seq"].dataType).fields
    return F.struct(
        instant.alias(first.name),
        *[F.lit(None).cast(o.dataType).alias(o.name) for o in others],
    )


def tracked(
    columns: Sequence[str], keys: Sequence[str], declared: Sequence[str]
) -> list[str]:
    """Return the columns whose change begins a version: the declared ones, else all that are not keys.

    What a table has no column for is in ``_rescued``, and counts as the columns do.

    Examples
    --------
    >>> tracked(["id", "name", "_rescued", "_seq"], ["id"], [])
    ['name', '_rescued']
    """
    return list(declared) or [
        name for name in columns if name not in keys and _is_told(name)
    ]


def _is_told(name: str) -> bool:
    return name == RESCUED or not name.startswith("_")


def _told(events: DataFrame) -> DataFrame:
    """Add what may be missing: the instant as a column, who deletes, and what a table holds."""
    known = events.withColumn(_AT, F.col("_seq").getField(instant_of(events)))
    for name in ("_deleted", STORED):
        known = known.withColumn(
            name,
            F.coalesce(named(name), F.lit(False))
            if name in events.columns
            else F.lit(False),
        )
    return known


def _state(events: DataFrame, track: Sequence[str]) -> Column:
    """Two events are neighbours of one version when they are equal in this."""
    values = [orderable(named(name), events.schema[name].dataType) for name in track]
    return F.struct(
        "_deleted", *[F.when(~named("_deleted"), value) for value in values]
    )


def _version(events: DataFrame, others: Sequence[str]) -> list[Column]:
    first = F.col(f"{_FIRST}._seq")
    was_stored = F.col(f"{_FIRST}.{STORED}")
    kept = [
        named(name)
        for name in events.columns
        if name not in ("_seq", "_deleted", STORED)
    ]
    # The others follow the newest event, so a version may change although its interval does not.
    same = [orderable(named(name), events.schema[name].dataType) for name in others]
    was = [
        orderable(F.col(f"{_FIRST}.`{name}`"), events.schema[name].dataType)
        for name in others
    ]
    is_same = reduce(
        Column.__and__,
        [a.eqNullSafe(b) for a, b in zip(same, was, strict=True)],
        F.col(VALID_TO).isNull(),
    )
    change = F.when(~was_stored, "insert").when(~is_same, "update")
    validity = [
        first.getField(instant_of(events)).alias(VALID_FROM),
        named(VALID_TO),
        named(VALID_TO).isNull().alias(IS_CURRENT),
    ]
    return [*kept, *validity, first.alias("_seq"), change.alias(CHANGE)]
