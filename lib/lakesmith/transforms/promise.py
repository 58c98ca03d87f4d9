"""What a key implies, held against the rows: two rows of one key with different values break the promise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, WindowSpec
from pyspark.sql import functions as F

from lakesmith.transforms.names import named

BROKEN_PROMISE = "LAKESMITH_BROKEN_PROMISE"


def broken_in(keys: Sequence[str], implied: Sequence[str], window: WindowSpec | None = None) -> Column:
    """Return an aggregate over the rows of a key: JSON of the key and two values of what it implies, else NULL.

    Parameters
    ----------
    keys : sequence of str
    implied : sequence of str
        NULL is no value of its own: a delete may name its key only.
    window : WindowSpec, optional
        The rows of a key, where they are not grouped.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, day int", [(1, 5), (1, 6), (2, 5), (2, None)])
    >>> df.groupBy("id").agg(broken_in(["id"], ["day"]).alias("broken")).orderBy("id").collect()
    [Row(id=1, broken='{"id":1,"one":{"day":5},"other":{"day":6}}'), Row(id=2, broken=None)]
    """
    least = {name: _over(F.min(named(name)), window) for name in implied}
    most = {name: _over(F.max(named(name)), window) for name in implied}
    differs = reduce(Column.__or__, [~least[name].eqNullSafe(most[name]) for name in implied])
    of_key = [_over(F.first(named(key)), window).alias(key) for key in keys]
    return F.when(differs, told_broken(of_key, _struct(least), _struct(most)))


def told_broken(keys: Sequence[Column], one: Column, other: Column) -> Column:
    """Return the JSON that names a key and two values of what it implies."""
    return F.to_json(F.struct(*keys, one.alias("one"), other.alias("other")), {"ignoreNullFields": "false"})


def differing(implied: Sequence[str], mine: str, theirs: str, is_delete: Column) -> Column:
    """Return whether a row of a batch tells another value than a row of the table; the sides are aliases.

    Notes
    -----
    NULL in the table is a tombstone that named its key only, or a row from before the column; a delete need not tell.
    """
    pairs = [(F.col(f"{mine}.`{name}`"), F.col(f"{theirs}.`{name}`")) for name in implied]
    wrong = [there.isNotNull() & ~here.eqNullSafe(there) & ~(is_delete & here.isNull()) for here, there in pairs]
    return reduce(Column.__or__, wrong)


def fail_where_broken(told: Column) -> Column:
    """Return a condition that holds where a promise is kept, or fails with what is told of it."""
    raised = F.raise_error(F.concat(F.lit(f"{BROKEN_PROMISE} "), told)).cast("boolean")
    return F.when(told.isNotNull(), raised).otherwise(F.lit(True))


def _over(value: Column, window: WindowSpec | None) -> Column:
    return value if window is None else value.over(window)


def _struct(values: dict[str, Column]) -> Column:
    return F.struct(*[value.alias(name) for name, value in values.items()])
