"""Sketch distinct values, quantiles and frequent values of a column as aggregates.

Each guards against a trap of the sketch functions: HLL refuses most types and leaves out empty
text, KLL takes two types only and its quantiles throw on an empty sketch, frequent values count
NULL as a value.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import json_text, named
from lakesmith.columns import quoted
from lakesmith.types import WHOLE

HLL_LG_K = 14
KLL_K = 800
TOP_K = 10
TOP_TRACKED = 1000
EMPTY_TEXT = "\u0000"

KLL_INPUT: dict[str, tuple[str, Callable[[Column], Column]]] = {
    **dict.fromkeys(WHOLE, ("bigint", lambda value: value.cast("bigint"))),
    **dict.fromkeys(
        ("float", "double", "decimal"), ("double", lambda value: value.cast("double"))
    ),
    "date": ("bigint", lambda value: F.unix_date(value).cast("bigint")),
    "timestamp": ("bigint", F.unix_micros),
}
TOP_TYPES = (*WHOLE, "decimal", "string", "date", "boolean")


def family(kind: str) -> str:
    """Return a type without its parameters, such as ``decimal`` for ``decimal(12,4)``.

    Examples
    --------
    >>> family("array<int>")
    'array'
    """
    return kind.partition("(")[0].partition("<")[0]


def hll(name: str, kind: str) -> Column:
    """Sketch the distinct values of a column (HLL, lgK 14, about 0.8 % standard error, mergeable).

    Parameters
    ----------
    name : str
    kind : str
        The column's type as `simpleString`.

    Returns
    -------
    Column
        Binary; NULL when no value is there. Whole numbers are hashed as bigint, all else as text,
        and empty text as U+0000, since the sketch would leave it out.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "name string", [("",), ("a",), (None,)])
    >>> df.agg(F.hll_sketch_estimate(hll("name", "string")).alias("distinct")).first().distinct
    2
    """
    value = named(name)
    if kind in WHOLE:
        return _if_any(name, F.hll_sketch_agg(value.cast("bigint"), F.lit(HLL_LG_K)))
    text = F.hex(value) if kind == "binary" else _one_zero(value, kind).cast("string")
    filled = F.when(text == "", EMPTY_TEXT).otherwise(text)
    return _if_any(name, F.hll_sketch_agg(filled, F.lit(HLL_LG_K)))


def kll(name: str, kind: str) -> Column:
    """Sketch the distribution of a column (KLL, k 800, mergeable).

    Parameters
    ----------
    name : str
    kind : str
        The column's type as `simpleString`.

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
    >>> df.agg(F.kll_sketch_get_quantile_bigint(kll("n", "int"),
    ...     F.lit(0.5)).alias("median")).first().median
    2
    """
    if family(kind) not in KLL_INPUT:
        return F.lit(None).cast("binary")
    wanted, convert = KLL_INPUT[family(kind)]
    value = convert(named(name))
    if wanted == "bigint":
        return _if_any(name, F.kll_sketch_agg_bigint(value, F.lit(KLL_K)))
    known = F.when(~F.isnan(value), value)
    return F.when(F.count(known) > 0, F.kll_sketch_agg_double(value, F.lit(KLL_K)))


def top_k(name: str, kind: str) -> Column:
    """Find the most frequent values of a column, approximately.

    Parameters
    ----------
    name : str
    kind : str
        The column's type as `simpleString`.

    Returns
    -------
    Column
        JSON text, an array of ``{"item", "count"}`` with the greatest count first, NULL not
        counted; NULL when no value is there and for types that have no frequent values.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "c string", [("a",), ("a",), (None,)])
    >>> df.agg(top_k("c", "string").alias("top")).first().top
    '[{"item":"a","count":2}]'
    """
    if family(kind) not in TOP_TYPES:
        return F.lit(None).cast("string")
    found = F.expr(f"approx_top_k({quoted(name)}, {TOP_K + 1}, {TOP_TRACKED})")
    values = F.slice(F.filter(found, lambda entry: entry["item"].isNotNull()), 1, TOP_K)
    return _if_any(name, json_text(values))


def _if_any(name: str, sketch: Column) -> Column:
    return F.when(F.count(named(name)) > 0, sketch)


def _one_zero(value: Column, kind: str) -> Column:
    """Adding zero turns -0.0, whose text differs, into 0.0."""
    return value + F.lit(0.0).cast(kind) if kind in ("float", "double") else value
