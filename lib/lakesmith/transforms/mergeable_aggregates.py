"""Measures of a group that can be told from what was known and what came new, without all rows of the group."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ByteType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    ShortType,
)

from lakesmith.column_refs import named, same_key
from lakesmith.columns import quoted
from lakesmith.spec.values.sql_text import arguments, closing, sql_tokens

# Aggregate of rows -> aggregate of its own results.
MERGES = {
    **dict.fromkeys(("count", "count_if", "sum"), "sum"),
    **dict.fromkeys(("bool_and", "every"), "bool_and"),
    **dict.fromkeys(("bool_or", "any", "some"), "bool_or"),
    **{name: name for name in ("min", "max", "bit_and", "bit_or", "bit_xor")},
    "hll_sketch_agg": "hll_union_agg",
    "theta_sketch_agg": "theta_union_agg",
    "kll_sketch_agg_bigint": "kll_merge_agg_bigint",
    "kll_sketch_agg_float": "kll_merge_agg_float",
    "kll_sketch_agg_double": "kll_merge_agg_double",
    "approx_top_k_accumulate": "approx_top_k_combine",
}
# What these are built with, such as their precision, is said again when they are merged; an HLL says it itself.
_SAME_SIZE = re.compile("theta|kll|approx")
_WHOLE = (ByteType, ShortType, IntegerType, LongType)


@dataclass(frozen=True)
class Merge:
    """How a measure is merged: with which aggregate, and what that is told beside the measure."""

    function: str
    options: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the aggregate of a measure; NULL, which a sketch does not take, where all are NULL."""
        call = ", ".join([quoted(name), *self.options])
        return F.expr(
            f"CASE WHEN count({quoted(name)}) > 0 THEN {self.function}({call}) END"
        )


def merge_of(sql: str) -> Merge | None:
    """Tell how the results of an aggregate over parts of a group are merged.

    Parameters
    ----------
    sql : str
        A SQL aggregate expression: one call, with or without FILTER.

    Returns
    -------
    Merge or None
        None for what needs all rows of the group: DISTINCT, averages, whatever stands around a call, and a sketch
        whose size is no plain number.

    Examples
    --------
    >>> merge_of("count(*) FILTER (WHERE units > 0)"), merge_of("theta_sketch_agg(customer_id, 14)")
    (Merge(function='sum', options=()), Merge(function='theta_union_agg', options=('14',)))
    >>> merge_of("count(DISTINCT customer_id)"), merge_of("sum(units) / count(*)"), merge_of("avg(units)")
    (None, None, None)
    """
    tokens = sql_tokens(sql)
    end = closing(tokens, 1) if tokens[1:2] == ["("] else None
    if end is None or not _is_filter(tokens[end + 1 :]):
        return None
    function = tokens[0].lower()
    within = tokens[2:end]
    if function not in MERGES or [word.lower() for word in within[:1]] == ["distinct"]:
        return None
    options = arguments(within)[1:] if _SAME_SIZE.match(function) else []
    sizes = [option[0] for option in options if len(option) == 1]
    is_plain = len(options) <= 1 and len(sizes) == len(options)
    is_number = all(size.isdigit() for size in sizes)
    return Merge(MERGES[function], tuple(sizes)) if is_plain and is_number else None


def merges_of(measures: Mapping[str, str]) -> dict[str, Merge] | None:
    """Return how each measure is merged; None when one of them cannot be."""
    found = {name: merge_of(sql) for name, sql in measures.items()}
    return (
        {name: merge for name, merge in found.items() if merge}
        if all(found.values())
        else None
    )


def keeps_values(
    measures: Mapping[str, Merge], computed: DataFrame, held: DataFrame
) -> bool:
    """Tell whether a table holds measures as they were computed, so that merging them gives what all rows would.

    Parameters
    ----------
    measures : mapping of str to Merge
    computed : DataFrame
        The measures of some rows.
    held : DataFrame
        The table.

    Returns
    -------
    bool
        False when one is not there, is a sum of floats (whose last digits tell the order), or has a type that rounds.
    """
    theirs = {field.name: field.dataType for field in held.schema.fields}
    mine = {
        field.name: field.dataType
        for field in computed.schema.fields
        if field.name in measures
    }
    sums = [mine[name] for name, merge in measures.items() if merge.function == "sum"]
    rounds = any(isinstance(kind, FloatType | DoubleType) for kind in sums)
    return not rounds and all(
        name in theirs and _holds(theirs[name], kind) for name, kind in mine.items()
    )


def merged(
    held: DataFrame,
    fresh: DataFrame,
    keys: Sequence[str],
    measures: Mapping[str, Merge],
) -> DataFrame:
    """Merge the measures of new rows into those that are known of their groups.

    Parameters
    ----------
    held : DataFrame
        What is known; other groups than those of `fresh` are left out.
    fresh : DataFrame
        The measures of the new rows.
    keys : sequence of str
        Columns of the group; NULL is a group of its own.
    measures : mapping of str to Merge

    Returns
    -------
    DataFrame
        *Columns*: `keys` and the measures, as `fresh` has them, one row for each group of `fresh`.

    Notes
    -----
    One join and one aggregation of two rows a group, whatever the size of the groups.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> known = frame(spark, "sku string, n bigint", [("a", 2), ("b", 1)])
    >>> new = frame(spark, "sku string, n bigint", [("a", 3), (None, 1)])
    >>> merged(known, new, ["sku"], {"n": merge_of("count(*)")}).orderBy("sku").show()
    +----+---+
    | sku|  n|
    +----+---+
    |NULL|  1|
    |   a|  5|
    +----+---+
    <BLANKLINE>
    """
    kinds, stored = (_kinds(frame) for frame in (fresh, held))
    both = fresh.alias("f").join(
        held.withColumn("_held", F.lit(True)).alias("h"),
        same_key("f", "h", keys),
        "left",
    )
    mine = F.struct(*[F.col(f"f.{quoted(name)}").alias(name) for name in measures])
    theirs = F.struct(
        *[
            _as(F.col(f"h.{quoted(name)}"), stored[name], kinds[name]).alias(name)
            for name in measures
        ]
    )
    parts = F.filter(
        F.array(mine, F.when(F.col("h._held"), theirs)), lambda part: part.isNotNull()
    )
    rows = both.select(
        *[F.col(f"f.{quoted(key)}").alias(key) for key in keys], F.inline(parts)
    )
    one = rows.groupBy(*map(named, keys)).agg(
        *[merge.column(name).alias(name) for name, merge in measures.items()]
    )
    found = _kinds(one)
    return one.select(
        *[
            _as(named(name), found[name], kinds[name]).alias(name)
            for name in fresh.columns
        ]
    )


def _kinds(frame: DataFrame) -> dict[str, DataType]:
    return {field.name: field.dataType for field in frame.schema.fields}


def _as(value: Column, kind: DataType, wanted: DataType) -> Column:
    # What is stored may be NULL within a struct or an array, and then Spark casts it to none that may not.
    return value if kind.simpleString() == wanted.simpleString() else value.cast(wanted)


def _holds(stored: DataType, computed: DataType) -> bool:
    if isinstance(computed, DecimalType) and isinstance(stored, DecimalType):
        return (
            stored.scale >= computed.scale
        )  # what does not fit in front of the point is refused when it is written
    return stored.simpleString() == computed.simpleString() or (
        isinstance(stored, _WHOLE) and isinstance(computed, _WHOLE)
    )


def _is_filter(tokens: Sequence[str]) -> bool:
    """Return whether what follows a call is nothing or FILTER (...)."""
    if not tokens:
        return True
    is_filter = tokens[0].lower() == "filter" and tokens[1:2] == ["("]
    return is_filter and closing(tokens, 1) == len(tokens) - 1
