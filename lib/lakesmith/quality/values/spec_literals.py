"""Make exact literals of the values of a spec. Money never passes through a float."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.spec.values.check_literals import Value, comparable
from lakesmith.spec.values.numbers import read_decimal, read_float
from lakesmith.spec.values.times import (
    date_text,
    instant_text,
    read_date,
    read_instant,
    read_wall_clock,
)
from lakesmith.types import WHOLE

_LEAST = -(2**63)
_GREATEST = 2**63 - 1


def literal(value: Value, kind: str) -> Column:
    """Return a value of a spec as a literal that compares exactly with a column of the given type.

    Parameters
    ----------
    value : str, int, float or bool
        A number or text. Dates and timestamps are written as in data. A timestamp is
        in UTC when it names no offset; a wall clock has none.
    kind : str
        The column's type as `simpleString`.

    Returns
    -------
    Column

    Raises
    ------
    ValueError
        When the value cannot be compared with that type.

    Examples
    --------
    >>> spark.range(1).select(literal(0.1, "decimal(12,4)").alias("bound"))
    DataFrame[bound: decimal(1,1)]
    >>> literal("soon", "date")
    Traceback (most recent call last):
    ...
    ValueError: 'soon' is not a date
    """
    reader = _READERS.get("decimal" if kind.startswith("decimal") else kind)
    if reader is None:
        raise ValueError(f"a column of type {kind} cannot be compared with {value!r}")
    comparable(value, kind)
    return reader(value)


def _number(value: Value) -> Column:
    if isinstance(value, int) and _LEAST <= value <= _GREATEST:
        return F.lit(value)
    # Spark has no literal for a negative exponent such as 1E+3.
    number = read_decimal(str(value))
    plain = Decimal(f"{number:f}")
    return F.lit(plain)


def _float(value: Value) -> Column:
    number = read_float(str(value), "double")
    return F.lit(number)


def _single(value: Value) -> Column:
    # A float column holds the nearest single-precision number: 0.1 as a double is another one.
    return _float(value).cast("float")


def _date(value: Value) -> Column:
    day = read_date(str(value))
    text = date_text(day)
    return F.lit(text).cast("date")


def _instant(value: Value) -> Column:
    micros = read_instant(str(value))
    return F.timestamp_micros(F.lit(micros))


def _wall_clock(value: Value) -> Column:
    moment = read_wall_clock(str(value))
    text = instant_text(moment)
    return F.lit(text).cast("timestamp_ntz")


_READERS: dict[str, Callable[[Value], Column]] = {
    **dict.fromkeys((*WHOLE, "decimal"), _number),
    "float": _single,
    "double": _float,
    "string": F.lit,
    "boolean": F.lit,
    "date": _date,
    "timestamp": _instant,
    "timestamp_ntz": _wall_clock,
}
