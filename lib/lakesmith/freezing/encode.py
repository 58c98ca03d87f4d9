"""Encode values so that a sketch keeps them exactly, and decode its values as texts."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, LongType

from lakesmith.column_refs import named
from lakesmith.types import TIMESTAMPS, WHOLE, family, is_float

# The digits that a bigint surely holds.
_MOST_DIGITS = 18
_EPOCH = "timestamp_ntz'1970-01-01 00:00:00'"


def finite(name: str, kind: str) -> Column:
    """Return a value, NULL for NaN and infinity.

    Examples
    --------
    >>> df = spark.sql("SELECT double('Infinity') AS a, 1.5D AS b")
    >>> df.select(finite("a", "double"), finite("b", "double")).first()[:]
    (None, 1.5)
    """
    value = named(name)
    if not is_float(kind):
        return value
    # A difference with itself is 0 for finite numbers only, and 0.0 is one number with -0.0.
    return F.when(value - value == 0, value + F.lit(0.0).cast(kind))


def ordinal(name: str, kind: str) -> Column | None:
    """Return a value as a number in the same order, None for a type without such numbers.

    A whole number, a date, a timestamp and a decimal of up to 18 digits are kept exactly.

    Examples
    --------
    >>> df = spark.sql("SELECT 1.50BD AS amount, date'1970-01-03' AS day")
    >>> df.select(ordinal("amount", "decimal(3,2)"), ordinal("day", "date")).first()[:]
    (150, 2)
    """
    value = finite(name, kind)
    if kind in WHOLE:
        return value.cast("bigint")
    if family(kind) == "decimal":
        return _of_decimal(value, kind)
    if kind == "date":
        return F.unix_date(value).cast("bigint")
    if kind == "timestamp":
        return F.unix_micros(value)
    if kind == "timestamp_ntz":
        return F.timestamp_diff("MICROSECOND", F.expr(_EPOCH), value)
    return value.cast("double") if is_float(kind) else None


def is_double(kind: str) -> bool:
    """Return whether `ordinal` gives a double.

    Examples
    --------
    >>> is_double("decimal(38,2)"), is_double("decimal(18,2)"), is_double("date")
    (True, False, False)
    """
    return is_float(kind) or (family(kind) == "decimal" and not _is_short(kind))


def text_of_ordinal(number: Column, kind: str) -> Column:
    """Return the text of the value that `ordinal` made a number of.

    NULL for a number that its type does not hold.

    Examples
    --------
    >>> spark.range(1).select(text_of_ordinal(F.lit(150), "decimal(3,2)")).first()[0]
    '1.50'
    """
    if family(kind) == "decimal":
        step = Decimal(1).scaleb(-_decimal(kind).scale)
        exact = (
            number if is_double(kind) else number.cast("decimal(18,0)") * F.lit(step)
        )
        return exact.try_cast(kind).cast("string")
    if kind == "date":
        return F.date_from_unix_date(number.cast("int")).cast("string")
    if kind in TIMESTAMPS:
        clock = F.timestamp_add("MICROSECOND", number, F.expr(_EPOCH)).cast("string")
        if kind != "timestamp":
            return clock
        return F.concat(clock, F.lit("Z"))
    return number.cast(kind).cast("string")


def exact_text(name: str, kind: str) -> Column:
    """Return a value as text that a cast gives back exactly, NULL for NaN and infinity.

    Examples
    --------
    >>> df = spark.sql("SELECT timestamp'1970-01-01 00:00:01Z' AS at")
    >>> df.select(exact_text("at", "timestamp")).first()[0]
    '1970-01-01 00:00:01Z'
    """
    if kind == "timestamp":
        return text_of_ordinal(F.unix_micros(named(name)), kind)
    return finite(name, kind).cast("string")


def number_to_average(name: str, kind: str) -> Column:
    """Return a number whose average is exact to four digits more, as far as its type has any.

    Examples
    --------
    >>> df = spark.sql("SELECT 9007199254740993 AS n")
    >>> df.agg(F.avg(number_to_average("n", "bigint"))).first()[0]
    Decimal('9007199254740993.0000')
    """
    value = finite(name, kind)
    if kind in WHOLE:
        return value.cast("decimal(20,0)")
    return value.cast("double") if is_float(kind) else value


def _of_decimal(value: Column, kind: str) -> Column:
    if not _is_short(kind):
        return value.cast("double")
    times = F.lit(Decimal(10) ** _decimal(kind).scale)
    return (value * times).cast(LongType())


def _is_short(kind: str) -> bool:
    return _decimal(kind).precision <= _MOST_DIGITS


def _decimal(kind: str) -> DecimalType:
    digits, scale = kind.partition("(")[2].rstrip(")").split(",")
    return DecimalType(int(digits), int(scale))
