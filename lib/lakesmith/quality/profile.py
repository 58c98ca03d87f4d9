"""Profile a batch.

Each column has counts, nulls and its range; at level ``full`` moments and sketches too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import sqrt
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sketches.estimates import hll, kll, top_k
from lakesmith.types import FLOATS, WHOLE, family, is_float

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn
    from lakesmith.spec.model import Profile

_NUMBERS = (*WHOLE, *FLOATS, "decimal")
_TIMES = ("date", "timestamp", "timestamp_ntz")
_ORDERED = (*_NUMBERS, "string", "boolean", *_TIMES)
_TEXT_LENGTH = 256
_METRICS = ("min", "max", "nans", "finite", "mean", "m2", "hll", "kll", "top_k")

# These show values of the column; the mean of one row is its value.
_SHOW_VALUES = ("min", "max", "mean", "m2", "kll", "top_k")
_NOT_SECRET = ("", "public", "none")


def secret_columns(columns: Mapping[str, ContractColumn]) -> frozenset[str]:
    """Return the contract columns with a `sensitivity` but ``public`` and ``none``.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> name = ContractColumn(type="string", sensitivity="personal")
    >>> secret_columns({"id": ContractColumn(type="int"), "name": name})
    frozenset({'name'})
    """
    return frozenset(
        name
        for name, column in columns.items()
        if (column.sensitivity or "") not in _NOT_SECRET
    )


def profile_metrics(
    types: Mapping[str, str],
    profile: Profile,
    secret: Collection[str] = (),
    measured: Column | None = None,
) -> list[Column]:
    """List the aggregates of a profile, for `observe` or `agg`.

    Parameters
    ----------
    types : mapping of str to str
        The columns to profile and their types as `simpleString`.
    profile : Profile
        Level ``off``, ``basic`` or ``full``. With ``full`` it may name the columns for
        moments and sketches, else they are made for all.
    secret : collection of str
        Columns of which no value may be shown. They are counted, and have neither min,
        max nor a sketch of values.
    measured : Column, optional
        Which rows are profiled, by default all.

    Returns
    -------
    list of Column
        Metrics named ``c<position>_<metric>``; empty when the level is ``off``.

    Notes
    -----
    *Columns*: needs all of `types` -> one row. Without any value a metric is NULL, and a
    count 0.

    Examples
    --------
    >>> from lakesmith.spec.model import Profile
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "n int", [(1,), (None,)])
    >>> df.agg(*profile_metrics({"n": "int"}, Profile())).first().asDict()
    {'c0_count': 1, 'c0_min': '1', 'c0_max': '1'}
    """
    if profile.level == "off":
        return []
    metrics: list[Column] = []
    for position, (name, kind) in enumerate(types.items()):
        column = named(name)
        value = column if measured is None else F.when(measured, column)
        by_label = _basic(value, kind)
        if _is_full(name, profile):
            by_label |= _full(value, kind)
        for label, metric in by_label.items():
            if name not in secret or label not in _SHOW_VALUES:
                metrics.append(metric.alias(f"c{position}_{label}"))
    return metrics


def profile_rows(
    metrics: Mapping[str, Any], types: Mapping[str, str], profile: Profile
) -> list[dict[str, Any]]:
    """Lay the metrics of a profile out as one row per column.

    Parameters
    ----------
    metrics : mapping of str to value
        What `profile_metrics` gave, and `rows`, the number of rows. Those that are counted as
        `deleted` or `emptied` were not profiled.
    types : mapping of str to str
    profile : Profile
        The same as for `profile_metrics`.

    Returns
    -------
    list of dict
        column, type, rows, nulls, min and max (text), nans (of floats), finite, mean, m2
        (sum of squared distances from the mean), stddev (of the sample), hll and kll
        (bytes), top_k (JSON text); None where there is nothing. Two batches merge by
        finite, mean and m2, their sketches by union.

    Examples
    --------
    >>> from lakesmith.spec.model import Profile
    >>> metrics = {"rows": 2, "c0_count": 1, "c0_min": "1", "c0_max": "1"}
    >>> profile_rows(metrics, {"n": "int"}, Profile())[0]["nulls"]
    1
    """
    if profile.level == "off":
        return []
    return list(_rows(metrics, types))


def _rows(
    metrics: Mapping[str, Any], types: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    marked = sum(metrics.get(mark) or 0 for mark in ("deleted", "emptied"))
    rows = metrics["rows"] - marked
    for position, (name, kind) in enumerate(types.items()):
        row = {
            "column": name,
            "type": kind,
            "rows": rows,
            "nulls": rows - metrics[f"c{position}_count"],
        }
        for label in _METRICS:
            row[label] = metrics.get(f"c{position}_{label}")
        row["stddev"] = _stddev(row["m2"], row["finite"])
        yield row


def _basic(value: Column, kind: str) -> dict[str, Column]:
    metrics = {"count": F.count(value)}
    known = value
    if is_float(kind):
        is_nan = F.isnan(value)
        metrics["nans"] = F.count_if(is_nan)
        known = F.when(~is_nan, value)
    if family(kind) in _ORDERED:
        metrics["min"] = _text(F.min(known))
        metrics["max"] = _text(F.max(known))
    return metrics


def _full(value: Column, kind: str) -> dict[str, Column]:
    metrics: dict[str, Column] = {}
    if family(kind) in _NUMBERS:
        metrics |= _moments(value)
    if family(kind) in (*_ORDERED, "binary"):
        metrics["hll"] = hll(value, kind)
        metrics["kll"] = kll(value, kind)
        metrics["top_k"] = top_k(value, kind)
    return metrics


def _moments(value: Column) -> dict[str, Column]:
    number = value.cast("double")
    # NaN and infinity would swallow every other value.
    # A difference with itself is 0 for finite numbers only.
    finite = F.when(number - number == 0, number)
    count = F.count(finite)
    variance = F.var_pop(finite)
    return {
        "finite": count,
        "mean": F.avg(finite),
        "m2": variance * count,
    }


def _stddev(m2: float | None, count: int | None) -> float | None:
    if m2 is None or count is None or count < 2:
        return None
    variance = m2 / (count - 1)
    return sqrt(variance)


def _text(value: Column) -> Column:
    text = value.cast("string")
    return F.substring(text, 1, _TEXT_LENGTH)


def _is_full(name: str, profile: Profile) -> bool:
    if profile.level != "full":
        return False
    chosen = {column.lower() for column in profile.columns}
    return not chosen or name.lower() in chosen
