"""Merge the measures of new rows into those of their groups, without all rows of the group."""

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

from lakesmith.column_refs import column_in, named, same_key
from lakesmith.columns import quoted
from lakesmith.spec.values.sql_text import arguments, closing, sql_tokens

# Aggregate of rows -> aggregate of such results.
_MERGES = {
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
# These need their size, such as a precision, again when they are merged; an HLL stores its size.
_SIZED = re.compile("theta|kll|approx")
_STORED = "_held"
_WHOLE = (ByteType, ShortType, IntegerType, LongType)


@dataclass(frozen=True)
class Merge:
    """How a measure is merged.

    Parameters
    ----------
    function : str
        The aggregate of the measure.
    options : tuple of str
        Its further arguments.
    """

    function: str
    options: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the aggregate of a measure, NULL where all are NULL.

        A sketch takes no NULL.
        """
        measure = quoted(name)
        call = ", ".join([measure, *self.options])

        return F.expr(
            f"CASE WHEN count({measure}) > 0 THEN {self.function}({call}) END"
        )


def merge_of(sql: str) -> Merge | None:
    """Return how the results of an aggregate over parts of a group are merged.

    Parameters
    ----------
    sql : str
        A SQL aggregate expression: one call, with or without FILTER.

    Returns
    -------
    Merge or None
        None for what needs all rows of the group: DISTINCT, averages, anything beside the call,
        and a sketch whose size is no plain number.

    Examples
    --------
    >>> merge_of("count(*) FILTER (WHERE units > 0)")
    Merge(function='sum', options=())
    >>> merge_of("theta_sketch_agg(customer_id, 14)")
    Merge(function='theta_union_agg', options=('14',))
    >>> [merge_of(sql) for sql in ("count(DISTINCT id)", "sum(units) / count(*)", "avg(units)")]
    [None, None, None]
    """
    tokens = sql_tokens(sql)
    end = closing(tokens, 1) if tokens[1:2] == ["("] else None
    if end is None or not _is_filter(tokens[end + 1 :]):
        return None

    function = tokens[0].lower()
    within = tokens[2:end]
    first_word = "".join(within[:1]).lower()

    if function not in _MERGES or first_word == "distinct":
        return None

    sizes = arguments(within)[1:] if _SIZED.match(function) else []
    options = tuple(" ".join(size) for size in sizes)
    is_single = len(options) <= 1
    is_plain = is_single and all(option.isdigit() for option in options)

    return Merge(_MERGES[function], options) if is_plain else None


def merges_of(measures: Mapping[str, str]) -> dict[str, Merge] | None:
    """Return how each measure is merged, None when one of them cannot be.

    Examples
    --------
    >>> merges_of({"n": "count(*)"})
    {'n': Merge(function='sum', options=())}
    >>> merges_of({"n": "count(*)", "mean": "avg(units)"}) is None
    True
    """
    merges = {name: merge_of(sql) for name, sql in measures.items()}
    known = {name: merge for name, merge in merges.items() if merge}

    if len(known) == len(measures):
        return known
    return None


def keeps_values(
    measures: Mapping[str, Merge], computed: DataFrame, table: DataFrame
) -> bool:
    """Return whether a table stores measures exactly as they were computed.

    Only then merging them gives what all rows would.

    Parameters
    ----------
    measures : mapping of str to Merge
    computed : DataFrame
        The measures of some rows.
    table : DataFrame

    Returns
    -------
    bool
        False when one is missing, is a sum of floats (whose last digits depend on the order), or
        has a type that rounds.

    Examples
    --------
    >>> count = {"n": merge_of("count(*)")}
    >>> keeps_values(count, spark.sql("SELECT 1L AS n"), spark.sql("SELECT 1 AS n"))
    True
    >>> keeps_values(count, spark.sql("SELECT 1.5D AS n"), spark.sql("SELECT 1.5D AS n"))
    False
    """
    stored = _types(table)
    types = {name: kind for name, kind in _types(computed).items() if name in measures}

    for name, kind in types.items():
        is_sum = measures[name].function == "sum"
        if is_sum and isinstance(kind, FloatType | DoubleType):
            return False
        if name not in stored or not _is_exact(stored[name], kind):
            return False

    return True


def merged(
    table: DataFrame,
    new: DataFrame,
    keys: Sequence[str],
    measures: Mapping[str, Merge],
) -> DataFrame:
    """Merge the measures of new rows into the stored ones of their groups.

    Parameters
    ----------
    table : DataFrame
        The stored measures; other groups than those of `new` are left out.
    new : DataFrame
        The measures of the new rows.
    keys : sequence of str
        Columns of the group; NULL is a group too.
    measures : mapping of str to Merge

    Returns
    -------
    DataFrame
        *Columns*: `keys` and the measures, as `new` has them, one row for each group of `new`.

    Notes
    -----
    One join and one aggregation of two rows a group, whatever the size of the groups.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> stored = frame(spark, "sku string, n bigint", [("a", 2), ("b", 1)])
    >>> new = frame(spark, "sku string, n bigint", [("a", 3), (None, 1)])
    >>> merged(stored, new, ["sku"], {"n": merge_of("count(*)")}).orderBy("sku").show()
    +----+---+
    | sku|  n|
    +----+---+
    |NULL|  1|
    |   a|  5|
    +----+---+
    <BLANKLINE>
    """
    wanted = _types(new)
    rows = _rows_of_both(table, new, keys, list(measures))
    aggregates: list[Column] = []
    for name, merge in measures.items():
        aggregate = merge.column(name)
        aggregates.append(aggregate.alias(name))
    groups = rows.groupBy(*map(named, keys)).agg(*aggregates)

    types = _types(groups)
    columns = []

    for name in new.columns:
        typed = _as(named(name), types[name], wanted[name])
        columns.append(typed.alias(name))

    return groups.select(*columns)


def _rows_of_both(
    table: DataFrame, new: DataFrame, keys: Sequence[str], measures: Sequence[str]
) -> DataFrame:
    """Return a row with the new measures of each group, and one with the stored measures."""
    wanted = _types(new)
    types = _types(table)
    marked = table.withColumn(_STORED, F.lit(True)).alias("t")
    is_group = same_key("n", "t", keys)
    joined = new.alias("n").join(marked, is_group, "left")

    new_values = []
    stored_values = []

    for name in measures:
        new_value = column_in("n", name)
        stored = column_in("t", name)
        typed = _as(stored, types[name], wanted[name])
        new_values.append(new_value.alias(name))
        stored_values.append(typed.alias(name))

    is_stored = F.col(f"t.{_STORED}")
    new_row = F.struct(*new_values)
    stored_row = F.when(is_stored, F.struct(*stored_values))
    both = F.array(new_row, stored_row)
    present = F.filter(both, lambda row: row.isNotNull())
    key = [column_in("n", name).alias(name) for name in keys]

    return joined.select(*key, F.inline(present))


def _types(frame: DataFrame) -> dict[str, DataType]:
    return {field.name: field.dataType for field in frame.schema.fields}


def _as(value: Column, kind: DataType, wanted: DataType) -> Column:
    # A stored value may be NULL within a struct or an array, and Spark casts none to a type without
    # NULL.
    is_same = kind.simpleString() == wanted.simpleString()
    return value if is_same else value.cast(wanted)


def _is_exact(stored: DataType, computed: DataType) -> bool:
    if isinstance(computed, DecimalType) and isinstance(stored, DecimalType):
        # Too many digits before the point are refused when they are written.
        return stored.scale >= computed.scale
    if isinstance(stored, _WHOLE) and isinstance(computed, _WHOLE):
        return True

    return stored.simpleString() == computed.simpleString()


def _is_filter(tokens: Sequence[str]) -> bool:
    """Return whether the tokens behind a call are none or ``FILTER (...)``."""
    if not tokens:
        return True

    is_filter = tokens[0].lower() == "filter" and tokens[1:2] == ["("]

    return is_filter and closing(tokens, 1) == len(tokens) - 1
