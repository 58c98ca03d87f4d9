"""Measure the statistics of a table, of all rows in one pass and of groups in one more each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.freezing.encode import (
    exact_text,
    finite,
    is_double,
    number_to_average,
    ordinal,
    text_of_ordinal,
)
from lakesmith.observe.references import statistic_row
from lakesmith.sketches.estimates import KLL_K, TOP_K, TOP_TRACKED
from lakesmith.spec.step_kinds.exact_values import NUMBERS, TIMES
from lakesmith.spec.step_kinds.statistics import Statistic, Value
from lakesmith.types import family

RANKS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_MODAL = (*NUMBERS, *TIMES, "string", "boolean")
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")
ROWS = "rows"
Found = Iterator[dict[str, Any]]


def is_measured(kind: str) -> bool:
    """Return whether a type has any statistics.

    Examples
    --------
    >>> is_measured("decimal(38,2)"), is_measured("array<int>"), is_measured("binary")
    (True, False, False)
    """
    return family(kind) in _MODAL


def has_groups(statistic: Statistic, kind: str) -> bool:
    """Return whether a column of a type has a mean or median of groups.

    Examples
    --------
    >>> mean = Statistic("day", "mean", by=("shop",))
    >>> median = Statistic("day", "median", by=("shop",))
    >>> has_groups(mean, "date"), has_groups(median, "date")
    (False, True)
    """
    kind = family(kind)
    if statistic.name == "mean":
        return kind in NUMBERS
    return kind in NUMBERS or kind in TIMES


def measure_all(
    rows: DataFrame, types: Mapping[str, str], ranks: Collection[float] = ()
) -> tuple[int, list[dict[str, Any]]]:
    """Measure columns over all rows in one pass.

    Parameters
    ----------
    rows : DataFrame
    types : mapping of str to str
        The columns to measure, with their types as `simpleString`.
    ranks : collection of float
        The ranks of quantiles, beside the usual ones.

    Returns
    -------
    tuple of int and list
        How many rows there are, and the rows of `ops.references`. A column without values has
        none.

    Notes
    -----
    *Columns*: needs `types`. Quantiles are estimated with KLL (k 800, 0.35 % of ranks), exact for
    few values; the mode with `approx_top_k`.

    Examples
    --------
    >>> df = spark.sql("SELECT * FROM VALUES (1), (1), (9) AS t(units)")
    >>> count, found = measure_all(df, {"units": "int"})
    >>> {row["statistic"]: row["value"] for row in found if row["params"] is None}
    {'mean': '3.6667', 'stddev': '3.7712361663282534', 'median': '1', 'mode': '1'}
    """
    further = map(float, ranks)
    asked = sorted({*RANKS, *further})
    encoded: list[Column] = []
    total = F.count(ROWS)
    columns = [total.alias(ROWS)]
    for position, (name, kind) in enumerate(types.items()):
        encoded += _encoded(position, name, kind)
        columns += _aggregates(position, kind, asked)
    counted = F.lit(1).alias(ROWS)
    numbered = rows.select(*encoded, counted)
    found = numbered.agg(*columns).first()
    if found is None or not found[ROWS]:
        return 0, []
    made: list[dict[str, Any]] = []
    for position, (name, kind) in enumerate(types.items()):
        made += _rows_of(found, position, name, kind, asked)
    return found[ROWS], made


def measure_groups(
    rows: DataFrame, statistic: Statistic, types: Mapping[str, str], most: int
) -> list[dict[str, Any]] | None:
    """Measure a mean or median of each group in one pass, None for more groups than `most`.

    Parameters
    ----------
    rows : DataFrame
    statistic : Statistic
    types : mapping of str to str
        The types of the column and of those of the groups, by name in lower case.
    most : int

    Notes
    -----
    *Columns*: needs those of the statistic. A group without values has no statistic.

    Examples
    --------
    >>> df = spark.sql("SELECT * FROM VALUES ('a', 1), ('a', 3), ('b', NULL) AS t(shop, units)")
    >>> median = Statistic("units", "median", by=("shop",))
    >>> (row,) = measure_groups(df, median, {"shop": "string", "units": "int"}, 10)
    >>> row["value"], row["params"]
    ('1', '{"by": ["shop"], "types": ["string"], "group": ["a"]}')
    """
    column = statistic.column
    kind = types[column.lower()]
    kinds = [types[name.lower()] for name in statistic.by]
    keys = _keys(statistic.by, kinds)
    values = _encoded(0, column, kind)
    named_keys = [key.alias(name) for name, key in keys.items()]
    encoded = rows.select(*values, *named_keys)
    value = _of_group(statistic, kind)
    of_groups = encoded.groupBy(*keys).agg(value.alias("value"))
    is_finite = ~F.col("value").isin(*_NOT_FINITE)
    finite_ones = of_groups.filter(is_finite)
    found = finite_ones.limit(most + 1).collect()
    if len(found) > most:
        return None
    names = [*keys]
    return [_group_row(row, statistic, kind, kinds, names) for row in found]


def _keys(columns: Sequence[str], kinds: Sequence[str]) -> dict[str, Column]:
    """Return the values of groups as texts, by the names of their columns."""
    found: dict[str, Column] = {}
    for name, kind in zip(columns, kinds, strict=True):
        key = f"key_{len(found)}"
        found[key] = exact_text(name, kind)
    return found


def _of_group(statistic: Statistic, kind: str) -> Column:
    if statistic.name == "mean":
        return _mean(0)
    (median,) = _quantiles(0, kind, [0.5])
    return median


def _group_row(
    row: Row,
    statistic: Statistic,
    kind: str,
    kinds: Sequence[str],
    names: Sequence[str],
) -> dict[str, Any]:
    statistic_name = statistic.name
    type_ = kind
    if statistic_name == "mean":
        type_ = _mean_type(kind)
    value = Value(row["value"], type_)
    group = [row[name] for name in names]
    params = {
        "by": list(statistic.by),
        "types": list(kinds),
        "group": group,
    }
    return statistic_row(
        statistic.column,
        statistic_name,
        value,
        params,
    )


def _encoded(position: int, name: str, kind: str) -> Iterator[Column]:
    text = exact_text(name, kind)
    yield text.alias(f"text_{position}")
    number = ordinal(name, kind)
    if number is not None:
        yield number.alias(f"number_{position}")
    if family(kind) in NUMBERS:
        averaged = number_to_average(name, kind)
        yield averaged.alias(f"average_{position}")
        double = finite(name, kind).cast("double")
        yield double.alias(f"double_{position}")


def _aggregates(position: int, kind: str, ranks: Sequence[float]) -> Iterator[Column]:
    most = TOP_K + 1
    top = F.expr(f"approx_top_k(text_{position}, {most}, {TOP_TRACKED})")
    yield top.alias(f"top_{position}")
    if family(kind) in NUMBERS:
        mean = _mean(position)
        yield mean.alias(f"mean_{position}")
        deviation = F.stddev_pop(f"double_{position}")
        text = deviation.cast("string")
        yield text.alias(f"stddev_{position}")
    if family(kind) in (*NUMBERS, *TIMES):
        quantiles = _quantiles(position, kind, ranks)
        found = F.array(*quantiles)
        yield found.alias(f"quantiles_{position}")


def _mean(position: int) -> Column:
    # A sum of decimals may be too great for its type, which gives no mean.
    mean = F.try_avg(f"average_{position}")
    return mean.cast("string")


def _quantiles(position: int, kind: str, ranks: Sequence[float]) -> list[Column]:
    number = named(f"number_{position}")
    size = F.lit(KLL_K)
    asked = F.array(*map(F.lit, ranks))
    if is_double(kind):
        sketch = F.kll_sketch_agg_double(number, size)
        found = F.kll_sketch_get_quantile_double(sketch, asked)
    else:
        sketch = F.kll_sketch_agg_bigint(number, size)
        found = F.kll_sketch_get_quantile_bigint(sketch, asked)
    # Quantiles of an empty sketch throw.
    has_values = F.count(number) > 0
    known = F.when(has_values, found)
    each = [known[index] for index in range(len(ranks))]
    return [text_of_ordinal(one, kind) for one in each]


def _rows_of(
    found: Row, position: int, name: str, kind: str, ranks: Sequence[float]
) -> Found:
    given = found.asDict()
    kinds = {
        "mean": _mean_type(kind),
        "stddev": "double",
    }
    for statistic, type_ in kinds.items():
        text = given.get(f"{statistic}_{position}")
        # A sum of doubles may be too great.
        if text not in (None, *_NOT_FINITE):
            value = Value(text, type_)
            yield statistic_row(name, statistic, value, {})
    quantiles = given.get(f"quantiles_{position}")
    yield from _quantile_rows(name, kind, ranks, quantiles)
    mode = _mode(given[f"top_{position}"])
    if mode is not None:
        value = Value(mode, kind)
        yield statistic_row(name, "mode", value, {})


def _quantile_rows(
    name: str, kind: str, ranks: Sequence[float], values: Sequence[str | None] | None
) -> Found:
    texts = values or [None] * len(ranks)
    for rank, text in zip(ranks, texts, strict=True):
        if text is None:
            continue
        value = Value(text, kind)
        if rank == 0.5:
            yield statistic_row(name, "median", value, {})
        yield statistic_row(name, "quantile", value, {"rank": rank})


def _mode(top: Sequence[Row]) -> str | None:
    """Return the most frequent text, of several the least one."""
    known = [row for row in top if row["item"] is not None]
    most = max((row["count"] for row in known), default=0)
    modes = [row["item"] for row in known if row["count"] == most]
    return min(modes, default=None)


def _mean_type(kind: str) -> str:
    """Return a type of numbers that holds an average of a type's numbers."""
    return "double" if kind in ("float", "double") else "decimal(38,18)"
