"""What a key implies, held against the rows: two rows of one key with different values break the promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named

BROKEN_PROMISE = "LAKESMITH_BROKEN_PROMISE"


def broken_in(keys: Sequence[str], implied: Sequence[str]) -> Column:
    """Return an aggregate over the rows of a key: JSON of the key and two values of what it implies, else NULL.

    Parameters
    ----------
    keys : sequence of str
    implied : sequence of str
        NULL is no value of its own: a delete may name its key only.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, day int", [(1, 5), (1, 6), (2, 5), (2, None)])
    >>> df.groupBy("id").agg(broken_in(["id"], ["day"]).alias("broken")).orderBy("id").collect()
    [Row(id=1, broken='{"id":1,"one":{"day":5},"other":{"day":6}}'), Row(id=2, broken=None)]
    """
    least = {name: F.min(named(name)) for name in implied}
    most = {name: F.max(named(name)) for name in implied}
    of_key = [F.first(named(key)).alias(key) for key in keys]
    return F.when(
        _any_differs(least, most), told_broken(of_key, _struct(least), _struct(most))
    )


def broken_after(
    keys: Sequence[str], implied: Sequence[str], ordered: WindowSpec
) -> Column:
    """Return for a row that tells another value than rows of its key before it what `broken_in` returns."""
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    first = {
        name: F.first(named(name), ignorenulls=True).over(so_far) for name in implied
    }
    mine = {name: F.coalesce(named(name), first[name]) for name in implied}
    of_key = [named(key).alias(key) for key in keys]
    return F.when(
        _any_differs(first, mine), told_broken(of_key, _struct(mine), _struct(first))
    )


def told_broken(keys: Sequence[Column], one: Column, other: Column) -> Column:
    """Return the JSON that names a key and two values of what it implies."""
    return F.to_json(
        F.struct(*keys, one.alias("one"), other.alias("other")),
        {"ignoreNullFields": "false"},
    )


def differing(
    implied: Sequence[str], mine: str, theirs: str, is_delete: Column
) -> Column:
    """Return whether a row of a batch tells another value than a row of the table; the sides are aliases.

    Notes
    -----
    NULL in the table is a tombstone that named its key only, or a row from before the column; a delete need not tell.
    """
    pairs = [
        (F.col(f"{mine}.`{name}`"), F.col(f"{theirs}.`{name}`")) for name in implied
    ]
    wrong = [
        there.isNotNull() & ~here.eqNullSafe(there) & ~(is_delete & here.isNull())
        for here, there in pairs
    ]
    return reduce(Column.__or__, wrong)


def fail_where_broken(told: Column, otherwise: Column | None = None) -> Column:
    """Return a condition that fails with what is told of a broken promise, and holds, or is `otherwise`, without."""
    raised = F.raise_error(F.concat(F.lit(f"{BROKEN_PROMISE} "), told)).cast("boolean")
    return F.when(told.isNotNull(), raised).otherwise(
        F.lit(True) if otherwise is None else otherwise
    )


def _any_differs(some: Mapping[str, Column], others: Mapping[str, Column]) -> Column:
    return reduce(
        Column.__or__, [~value.eqNullSafe(others[name]) for name, value in some.items()]
    )


def _struct(values: Mapping[str, Column]) -> Column:
    return F.struct(*[value.alias(name) for name, value in values.items()])
