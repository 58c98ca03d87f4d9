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
    is_finite = value - value == 0
    zero = F.lit(0.0).cast(kind)
    return F.when(is_finite, value + zero)


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
    if is_float(kind):
        return value.cast("double")
    if kind == "date":
        days = F.unix_date(value)
        return days.cast("bigint")
    if kind == "timestamp":
        return F.unix_micros(value)
    if kind == "timestamp_ntz":
        epoch = F.expr(_EPOCH)
        return F.timestamp_diff("MICROSECOND", epoch, value)
    return None


def is_double(kind: str) -> bool:
    """Return whether `ordinal` gives a double.

    Examples
    --------
    >>> is_double("decimal(38,2)"), is_double("decimal(18,2)"), is_double("date")
    (True, False, False)
    """
    if family(kind) == "decimal":
        return not _is_short(kind)
    return is_float(kind)


def text_of_ordinal(number: Column, kind: str) -> Column:
    """Return the text of the value that `ordinal` made a number of.

    NULL for a number that its type does not hold.

    Examples
    --------
    >>> spark.range(1).select(text_of_ordinal(F.lit(150), "decimal(3,2)")).first()[0]
    '1.50'
    """
    if family(kind) == "decimal":
        return _decimal_text(number, kind)
    if kind in TIMESTAMPS:
        return _instant_text(number, kind)
    if kind == "date":
        days = number.cast("int")
        value = F.date_from_unix_date(days)
    else:
        value = number.cast(kind)
    return value.cast("string")


def _decimal_text(number: Column, kind: str) -> Column:
    exact = number
    if not is_double(kind):
        scale = _decimal(kind).scale
        step = Decimal(1).scaleb(-scale)
        exact = number.cast("decimal(18,0)") * F.lit(step)
    value = exact.try_cast(kind)
    return value.cast("string")


def _instant_text(micros: Column, kind: str) -> Column:
    epoch = F.expr(_EPOCH)
    instant = F.timestamp_add("MICROSECOND", micros, epoch)
    clock = instant.cast("string")
    if kind != "timestamp":
        return clock
    return F.concat(clock, F.lit("Z"))


def exact_text(name: str, kind: str) -> Column:
    """Return a value as text that a cast gives back exactly, NULL for NaN and infinity.

    Examples
    --------
    >>> df = spark.sql("SELECT timestamp'1970-01-01 00:00:01Z' AS at")
    >>> df.select(exact_text("at", "timestamp")).first()[0]
    '1970-01-01 00:00:01Z'
    """
    if kind == "timestamp":
        micros = F.unix_micros(named(name))
        return text_of_ordinal(micros, kind)
    value = finite(name, kind)
    return value.cast("string")


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
    if is_float(kind):
        return value.cast("double")
    return value


def _of_decimal(value: Column, kind: str) -> Column:
    if not _is_short(kind):
        return value.cast("double")
    scale = _decimal(kind).scale
    times = F.lit(Decimal(10) ** scale)
    whole = value * times
    return whole.cast(LongType())


def _is_short(kind: str) -> bool:
    return _decimal(kind).precision <= _MOST_DIGITS


def _decimal(kind: str) -> DecimalType:
    parameters = kind.partition("(")[2]
    digits, scale = parameters.rstrip(")").split(",")
    return DecimalType(int(digits), int(scale))
