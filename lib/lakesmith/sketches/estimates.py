"""Sketch distinct values, quantiles and frequent values of a column as aggregates.

Each guards against a trap of the sketch functions: HLL refuses most types and leaves out empty
text, KLL takes two types only and its quantiles throw on an empty sketch, frequent values count
NULL as a value.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import json_text, null
from lakesmith.types import FLOATS, WHOLE, family, is_float

HLL_LG_K = 14
KLL_K = 800
TOP_K = 10
TOP_TRACKED = 1000
# Standard error of HLL, and error of a rank of KLL at 99 % (Apache DataSketches).
HLL_ERROR = 1.04 / (2**HLL_LG_K) ** 0.5
KLL_RANK_ERROR = 2.296 / KLL_K**0.9723
EMPTY_TEXT = "\u0000"

TOP_TYPES = (*WHOLE, "decimal", "string", "date", "boolean")


def hll(value: Column, kind: str) -> Column:
    """Sketch the distinct values (HLL, lgK 14, about 0.8 % standard error, mergeable).

    Parameters
    ----------
    value : Column
    kind : str
        The type as `simpleString`.

    Returns
    -------
    Column
        Binary; NULL when no value is there. Whole numbers are hashed as bigint, all else as text,
        and empty text as U+0000, since the sketch would leave it out.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "name string", [("",), ("a",), (None,)])
    >>> df.agg(F.hll_sketch_estimate(hll(df.name, "string")).alias("distinct")).first().distinct
    2
    """
    hashed = _hashed(value, kind)
    sketch = F.hll_sketch_agg(hashed, F.lit(HLL_LG_K))
    return F.when(F.count(value) > 0, sketch)


def _hashed(value: Column, kind: str) -> Column:
    if kind in WHOLE:
        return value.cast("bigint")
    if kind == "binary":
        text = F.hex(value)
    else:
        text = _one_zero(value, kind).cast("string")
    is_empty = text == ""
    filled = F.when(is_empty, EMPTY_TEXT)
    return filled.otherwise(text)


def kll(value: Column, kind: str) -> Column:
    """Sketch the distribution of an expression (KLL, k 800, mergeable).

    Parameters
    ----------
    value : Column
    kind : str
        The type as `simpleString`.

    Returns
    -------
    Column
        Binary: of bigint for whole numbers, dates (days since 1970) and timestamps (microseconds),
        of double for decimals and floats; NaN is left out; NULL when no value is there and for
        types without an order of numbers.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "n int", [(1,), (2,), (9,)])
    >>> df.agg(F.kll_sketch_get_quantile_bigint(kll(df.n, "int"),
    ...     F.lit(0.5)).alias("median")).first().median
    2
    """
    if family(kind) in (*FLOATS, "decimal"):
        number = value.cast("double")
        known = F.when(
            ~F.isnan(number),
            number,
        )
        sketch = F.kll_sketch_agg_double(known, F.lit(KLL_K))
        return F.when(
            F.count(known) > 0,
            sketch,
        )
    whole = _whole_number(value, kind)
    if whole is None:
        return null("binary")
    sketch = F.kll_sketch_agg_bigint(whole, F.lit(KLL_K))
    return _if_any(value, sketch)


def quantiles_of(value: Column, ranks: Sequence[float]) -> Column:
    """Estimate quantiles of a number from one sketch (KLL, k 800), as an aggregate.

    Parameters
    ----------
    value : Column
        Numbers; NaN and infinite ones are left out.
    ranks : sequence of float
        Shares of the values that are not above the quantile, 0 to 1.

    Returns
    -------
    Column
        ARRAY<DOUBLE>, NULL when no value is there.

    Examples
    --------
    >>> spark.range(1, 101).agg(quantiles_of(F.col("id"), [0.5, 1.0]).alias("q")).first().q
    [50.0, 100.0]
    """
    number = value.cast("double")
    # A difference with itself is 0 for finite numbers only.
    finite = F.when(number - number == 0, number)
    sketch = F.kll_sketch_agg_double(finite, F.lit(KLL_K))
    asked = F.array(*(F.lit(float(rank)) for rank in ranks))
    found = F.kll_sketch_get_quantile_double(sketch, asked)
    return F.when(F.count(finite) > 0, found)


def is_rounded(kind: str) -> bool:
    """Return whether a double may not hold each number of a type.

    Examples
    --------
    >>> [is_rounded(kind) for kind in ("int", "bigint", "decimal(15,2)", "decimal(16,2)")]
    [False, True, False, True]
    """
    if family(kind) != "decimal":
        return kind == "bigint"
    precision = int(kind.partition("(")[2].partition(",")[0])
    return precision > sys.float_info.dig


def _whole_number(value: Column, kind: str) -> Column | None:
    if kind in WHOLE:
        return value.cast("bigint")
    if kind == "date":
        return F.unix_date(value).cast("bigint")
    return F.unix_micros(value) if kind == "timestamp" else None


def top_k(value: Column, kind: str) -> Column:
    """Find the most frequent values of an expression, approximately.

    Parameters
    ----------
    value : Column
    kind : str
        The type as `simpleString`.

    Returns
    -------
    Column
        JSON text, an array of ``{"item", "count"}`` with the greatest count first, NULL not
        counted; NULL when no value is there and for types that have no frequent values.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "c string", [("a",), ("a",), (None,)])
    >>> df.agg(top_k(df.c, "string").alias("top")).first().top
    '[{"item":"a","count":2}]'
    """
    if family(kind) not in TOP_TYPES:
        return null("string")
    most = F.lit(TOP_K + 1)
    found = F.call_function("approx_top_k", value, most, F.lit(TOP_TRACKED))
    known = F.filter(
        found,
        lambda entry: entry["item"].isNotNull(),
    )
    values = F.slice(known, 1, TOP_K)
    return _if_any(value, json_text(values))


def _if_any(value: Column, sketch: Column) -> Column:
    has_value = F.count(value) > 0
    return F.when(has_value, sketch)


def _one_zero(value: Column, kind: str) -> Column:
    """Return 0.0 for -0.0, whose text differs."""
    if not is_float(kind):
        return value
    zero = F.lit(0.0).cast(kind)
    return value + zero
