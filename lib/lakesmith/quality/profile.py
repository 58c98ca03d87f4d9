"""The profile of a batch: counts, nulls and range of each column; at level `full` moments and sketches too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import sqrt
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sketches.estimates import family, hll, kll, top_k
from lakesmith.spec.model import Column as ContractColumn
from lakesmith.spec.model import Profile
from lakesmith.types import WHOLE, is_float

ORDERED = (
    *WHOLE,
    "float",
    "double",
    "decimal",
    "string",
    "boolean",
    "date",
    "timestamp",
    "timestamp_ntz",
)
NUMBERS = (*WHOLE, "float", "double", "decimal")
TEXT_LENGTH = 256
FIGURES = ("min", "max", "nans", "finite", "mean", "m2", "hll", "kll", "top_k")

# The mean of one row is its value.
TELLS_VALUES = ("min", "max", "mean", "m2", "kll", "top_k")
NOT_SECRET = ("", "public", "none")


def secret_columns(columns: Mapping[str, ContractColumn]) -> frozenset[str]:
    """Return the columns of a contract that say a `sensitivity` other than ``public`` or ``none``.

    Examples
    --------
    >>> sorted(secret_columns({"id": ContractColumn(type="int"),
    ...     "name": ContractColumn(type="string",
    ...     sensitivity="personal")}))
    ['name']
    """
    return frozenset(
        name
        for name, column in columns.items()
        if (column.sensitivity or "") not in NOT_SECRET
    )


def profile_metrics(
    types: Mapping[str, str], profile: Profile, secret: Collection[str] = ()
) -> list[Column]:
    """List the aggregates of a profile, for `observe` or `agg`.

    Parameters
    ----------
    types : mapping of str to str
        The columns to profile and their types as `simpleString`.
    profile : Profile
        Level ``off``, ``basic`` or ``full``; with ``full``, the columns for moments and sketches
        (none named: all).
    secret : collection of str
        Columns of which no value may be told: they are counted, and have neither min, max nor a
        sketch of values.

    Returns
    -------
    list of Column
        Figures named ``c<position>_<figure>``; empty when the level is ``off``.

    Notes
    -----
    *Columns*: needs all of `types` -> one row. Each figure of no value is NULL, each count of
    nothing 0.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "n int", [(1,), (None,)])
    >>> df.agg(*profile_metrics({"n": "int"}, Profile())).first().asDict()
    {'c0_count': 1, 'c0_min': '1', 'c0_max': '1'}
    """
    if profile.level == "off":
        return []
    figures: list[Column] = []
    for position, (name, kind) in enumerate(types.items()):
        found = _basic(name, kind) | (
            _full(name, kind) if _is_full(name, profile) else {}
        )
        if name in secret:
            found = {
                label: figure
                for label, figure in found.items()
                if label not in TELLS_VALUES
            }
        figures += [
            figure.alias(f"c{position}_{label}") for label, figure in found.items()
        ]
    return figures


def profile_rows(
    metrics: Mapping[str, Any], types: Mapping[str, str], profile: Profile
) -> list[dict[str, Any]]:
    """Lay the figures of a profile out as one row per column.

    Parameters
    ----------
    metrics : mapping of str to value
        What `profile_metrics` gave, and `rows`, the number of rows.
    types : mapping of str to str
    profile : Profile
        The same as for `profile_metrics`.

    Returns
    -------
    list of dict
        column, type, rows, nulls, min and max (text), nans (of floats), finite, mean, m2 (sum of
        squared distances from the mean), stddev (of the sample), hll and kll (bytes), top_k (JSON
        text); None where there is nothing. Two batches merge by n, mean and m2, their sketches by
        union.

    Examples
    --------
    >>> profile_rows({"rows": 2, "c0_count": 1, "c0_min": "1", "c0_max": "1"}, {"n": "int"},
    ...     Profile())[0]["nulls"]
    1
    """
    return [] if profile.level == "off" else list(_rows(metrics, types))


def _rows(
    metrics: Mapping[str, Any], types: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    rows = metrics["rows"]
    for position, (name, kind) in enumerate(types.items()):
        found = {label: metrics.get(f"c{position}_{label}") for label in FIGURES}
        given = metrics[f"c{position}_count"]
        stddev = {"stddev": _stddev(found["m2"], found["finite"])}
        yield (
            {"column": name, "type": kind, "rows": rows, "nulls": rows - given}
            | found
            | stddev
        )


def _basic(name: str, kind: str) -> dict[str, Column]:
    value = named(name)
    figures = {"count": F.count(value)}
    if family(kind) in ORDERED:
        known = F.when(~F.isnan(value), value) if is_float(kind) else value
        figures |= {"min": _text(F.min(known)), "max": _text(F.max(known))}
    return figures | (
        {"nans": F.count(F.when(F.isnan(value), 1))} if is_float(kind) else {}
    )


def _full(name: str, kind: str) -> dict[str, Column]:
    moments = _moments(named(name)) if family(kind) in NUMBERS else {}
    is_flat = family(kind) in (*ORDERED, "binary")
    sketches = (
        {"hll": hll(name, kind), "kll": kll(name, kind), "top_k": top_k(name, kind)}
        if is_flat
        else {}
    )
    return moments | sketches


def _moments(value: Column) -> dict[str, Column]:
    number = value.cast("double")
    # NaN and infinity would swallow every other value; a difference with itself is 0 for finite
    # numbers only.
    finite = F.when(number - number == 0, number)
    count = F.count(finite)
    return {"finite": count, "mean": F.avg(finite), "m2": F.var_pop(finite) * count}


def _stddev(m2: float | None, count: int | None) -> float | None:
    return None if m2 is None or count is None or count < 2 else sqrt(m2 / (count - 1))


def _text(value: Column) -> Column:
    return F.substring(value.cast("string"), 1, TEXT_LENGTH)


def _is_full(name: str, profile: Profile) -> bool:
    chosen = {column.lower() for column in profile.columns}
    return profile.level == "full" and (not chosen or name.lower() in chosen)
