"""Check that rows of one key have one value of each column that the key implies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named

BROKEN_PROMISE = "LAKESMITH_BROKEN_PROMISE"


def broken_in(keys: Sequence[str], implied: Sequence[str]) -> Column:
    """Return an aggregate with JSON of a key and two values that it implies, NULL for one value.

    Parameters
    ----------
    keys : sequence of str
    implied : sequence of str
        NULL is no value: a delete may name its key only.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, day int", [(1, 5), (1, 6), (2, 5), (2, None)])
    >>> broken = broken_in(["id"], ["day"]).alias("broken")
    >>> df.groupBy("id").agg(broken).orderBy("id").collect()
    [Row(id=1, broken='{"id":1,"one":{"day":5},"other":{"day":6}}'), Row(id=2, broken=None)]
    """
    key = {name: F.first(named(name)) for name in keys}
    least: dict[str, Column] = {}
    greatest: dict[str, Column] = {}
    for name in implied:
        value = named(name)
        least[name] = F.min(value)
        greatest[name] = F.max(value)
    return _where_different(key, least, greatest)


def broken_after(
    keys: Sequence[str], implied: Sequence[str], ordered: WindowSpec
) -> Column:
    """Return what `broken_in` returns, for a row that differs from earlier rows of its key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, day int", [(1, 5), (1, 6)])
    >>> by_day = Window.partitionBy("id").orderBy("day")
    >>> df.select(broken_after(["id"], ["day"], by_day).alias("broken")).orderBy("broken").collect()
    [Row(broken=None), Row(broken='{"id":1,"one":{"day":6},"other":{"day":5}}')]
    """
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    first: dict[str, Column] = {}
    current: dict[str, Column] = {}

    for name in implied:
        value = named(name)
        earliest = F.first(value, ignorenulls=True)
        first[name] = earliest.over(so_far)
        current[name] = F.coalesce(value, first[name])

    key = {name: named(name) for name in keys}
    return _where_different(key, current, first)


def broken_json(keys: Sequence[Column], one: Column, other: Column) -> Column:
    """Return the JSON that names a key and two values that it implies.

    Examples
    --------
    >>> values = [F.struct(F.lit(day).alias("day")) for day in (5, 6)]
    >>> spark.range(1).select(broken_json([F.col("id")], *values).alias("text")).first().text
    '{"id":0,"one":{"day":5},"other":{"day":6}}'
    """
    options = {"ignoreNullFields": "false"}
    first = one.alias("one")
    second = other.alias("other")
    pair = F.struct(*keys, first, second)
    return F.to_json(pair, options)


def differing(
    implied: Sequence[str], batch: str, table: str, is_delete: Column
) -> Column:
    """Return whether a row of a batch has another implied value than its row of the table.

    Parameters
    ----------
    implied : sequence of str
    batch, table : str
        The aliases of the two sides.
    is_delete : Column

    Notes
    -----
    NULL in the table is a tombstone that named its key only, or a row from before the column. A
    delete may leave the value out.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> new = frame(spark, "id int, day int", [(1, 5), (2, 6)]).alias("b")
    >>> old = frame(spark, "id int, day int", [(1, 5), (2, 5)]).alias("t")
    >>> condition = differing(["day"], "b", "t", F.lit(False))
    >>> new.join(old, F.col("b.id") == F.col("t.id")).filter(condition).select("b.id").collect()
    [Row(id=2)]
    """
    conditions = []
    for name in implied:
        new = F.col(f"{batch}.`{name}`")
        stored = F.col(f"{table}.`{name}`")
        is_left_out = is_delete & new.isNull()
        is_other = ~new.eqNullSafe(stored)
        is_given = stored.isNotNull() & ~is_left_out
        conditions.append(is_given & is_other)

    return _any(conditions)


def fail_where_broken(message: Column, otherwise: Column | None = None) -> Column:
    """Return a condition that fails with a message, or is `otherwise` where that is NULL.

    Examples
    --------
    >>> spark.range(2).filter(fail_where_broken(F.lit(None), F.col("id") > 0)).count()
    1
    """
    condition = F.lit(True) if otherwise is None else otherwise
    code = F.lit(f"{BROKEN_PROMISE} ")
    text = F.concat(code, message)
    failure = F.raise_error(text).cast("boolean")
    is_broken = message.isNotNull()

    return F.when(is_broken, failure).otherwise(condition)


def _any_differs(some: Mapping[str, Column], others: Mapping[str, Column]) -> Column:
    conditions = []
    for name, value in some.items():
        is_same = value.eqNullSafe(others[name])
        conditions.append(~is_same)

    return _any(conditions)


def _any(conditions: Iterable[Column]) -> Column:
    return reduce(Column.__or__, conditions)


def _where_different(
    key: Mapping[str, Column],
    one: Mapping[str, Column],
    other: Mapping[str, Column],
) -> Column:
    """Return the key and both groups of values as JSON where these differ, else NULL."""
    differs = _any_differs(one, other)
    message = broken_json(_fields(key), _struct(one), _struct(other))
    return F.when(differs, message)


def _struct(values: Mapping[str, Column]) -> Column:
    return F.struct(*_fields(values))


def _fields(values: Mapping[str, Column]) -> list[Column]:
    return [value.alias(name) for name, value in values.items()]
