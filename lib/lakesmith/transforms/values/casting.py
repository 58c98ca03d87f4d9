"""Cast to a declared type so that a value is kept exactly or becomes NULL; nothing is rounded, nothing throws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    LongType,
    MapType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from lakesmith.errors import StepError
from lakesmith.spec.values.numbers import (
    FAST_NUMBER,
    NUMBER,
    ZERO_OR_WORD,
    decimal_pattern,
)
from lakesmith.spec.values.time_patterns import exact_pattern
from lakesmith.spec.values.times import FAST_INSTANT, FAST_WALL_CLOCK, INSTANT

NESTED = (ArrayType, MapType, StructType)
TIMES = (DateType, TimestampType, TimestampNTZType)
FLOATS = (FloatType, DoubleType)
INFINITY = float("inf")
# Spark takes this for the greatest bigint, although it is one more.
BEYOND_BIGINT = float(2**63)
BLANKS = "".join(map(chr, range(33))) + "\x7f"


def cast_or_null(
    value: Column, found: DataType, wanted: DataType, format: str | None = None
) -> Column:
    """Cast a column to the declared type; what does not fit exactly is NULL.

    Parameters
    ----------
    value : Column
    found : DataType
        The type the column has.
    wanted : DataType
        The type it shall have.
    format : str, optional
        Spark datetime pattern of the text, for dates and timestamps.

    Returns
    -------
    Column
        Text stays as landed. For every other type: empty text is NULL; a decimal that would be rounded, a whole number
        with a fraction, NaN or infinity for an exact type, a number beyond a floating-point type, a date without its
        month or day, a fraction finer than a microsecond and an offset that the type cannot hold are NULL. A date of
        text with a time of day is the day in UTC.

    Raises
    ------
    StepError
        LS303 when text is to become an array, a map or a struct.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "price string", [("2.50",), ("2.555",), ("free",)])
    >>> price = cast_or_null(F.col("price"), StringType(), DecimalType(8, 2))
    >>> df.select("price", price.alias("typed")).show()
    +-----+-----+
    |price|typed|
    +-----+-----+
    | 2.50| 2.50|
    |2.555| NULL|
    | free| NULL|
    +-----+-----+
    <BLANKLINE>
    """
    if found == wanted:
        return value
    if isinstance(wanted, StringType):
        return value.cast(wanted)
    if isinstance(found, NumericType) and isinstance(wanted, NumericType):
        return _number_from_number(value, found, wanted)
    if isinstance(wanted, NESTED):
        return _nested(value, found, wanted)
    if isinstance(found, TIMES) and isinstance(wanted, TIMES):
        return value.try_cast(wanted)
    return _from_text(value.cast("string"), wanted, format)


def _number_from_number(value: Column, found: DataType, wanted: DataType) -> Column:
    if isinstance(wanted, FLOATS):
        return _float_from_number(value, found, wanted)
    if isinstance(found, FloatType) and isinstance(wanted, DecimalType):
        # Spark takes the digits of the double beside it, and 0.1 would not be 0.1.
        return _decimal(value.cast("string"), wanted)
    typed = value.try_cast(wanted)
    # A comparison of two decimals may round the longer one, the way back does not.
    is_exact = typed.try_cast(found) == value
    if isinstance(found, FLOATS) and isinstance(wanted, LongType):
        is_exact &= value < F.lit(BEYOND_BIGINT)
    return F.when(is_exact, typed)


def _float_from_number(value: Column, found: DataType, wanted: DataType) -> Column:
    typed = value.try_cast(wanted)
    if not (isinstance(found, DoubleType) and isinstance(wanted, FloatType)):
        return typed
    is_in_range = (F.abs(typed) == INFINITY) == (F.abs(value) == INFINITY)
    is_above_zero = (typed == 0.0) == (value == 0.0)
    return F.when(is_in_range & is_above_zero, typed)


def _nested(value: Column, found: DataType, wanted: DataType) -> Column:
    if isinstance(found, NESTED):
        return value.try_cast(wanted)
    raise StepError(
        f"a column of type {found.simpleString()} cannot become {wanted.simpleString()}",
        code="LS303",
        hint="parse the text in a step, for instance with from_json, and leave `source` out of the contract column",
    )


def _from_text(text: Column, wanted: DataType, format: str | None) -> Column:
    if isinstance(wanted, TIMES):
        return _time(text, wanted, format)
    if isinstance(wanted, DecimalType):
        return _decimal(text, wanted)
    if isinstance(wanted, FLOATS):
        return _float(text, wanted)
    if isinstance(wanted, BinaryType):
        return F.nullif(text, F.lit("")).cast(wanted)
    return text.try_cast(wanted)


def _float(text: Column, wanted: DataType) -> Column:
    typed = text.try_cast(wanted)
    # Zero and infinity may stand for numbers that the type cannot hold.
    is_held = text.rlike(NUMBER) & ~typed.isin(0.0, INFINITY, -INFINITY)
    return F.when(text.rlike(FAST_NUMBER) | is_held | text.rlike(ZERO_OR_WORD), typed)


def _decimal(text: Column, wanted: DecimalType) -> Column:
    return F.when(text.rlike(decimal_pattern(wanted.scale)), text.try_cast(wanted))


def _time(text: Column, wanted: DataType, format: str | None) -> Column:
    is_wall_clock = isinstance(wanted, TimestampNTZType)
    if format is not None:
        pattern = exact_pattern(format, zone=not is_wall_clock)
        return (
            F.lit(None).cast(wanted)
            if pattern is None
            else _by_pattern(text, pattern).cast(wanted)
        )
    # A cast alone takes '2024', 'now' and '12:30' as moments, and drops digits and offsets.
    if isinstance(wanted, DateType):
        is_written_out = _has_length(text, 10, {5: "-", 8: "-"}) | text.rlike(INSTANT)
        return F.when(is_written_out, text.try_cast(TimestampType())).cast(wanted)
    if is_wall_clock:
        in_seconds = _has_length(text, 19, {5: "-", 14: ":", 17: ":"}) & ~text.endswith(
            "Z"
        )
        is_written_out = in_seconds | text.rlike(FAST_WALL_CLOCK)
    else:
        is_written_out = _has_length(text, 19, {5: "-", 17: ":"}) | text.rlike(
            FAST_INSTANT
        )
    return F.when(is_written_out, text.try_cast(wanted))


def _has_length(text: Column, length: int, marks: Mapping[int, str]) -> Column:
    """Tell the shape that most texts have, at half the cost of a pattern; the cast sees to the digits."""
    found = [F.substring(text, place, 1) == mark for place, mark in marks.items()]
    return reduce(Column.__and__, found, F.octet_length(text) == length)


def _by_pattern(text: Column, pattern: str) -> Column:
    return F.try_to_timestamp(F.btrim(text, F.lit(BLANKS)), F.lit(pattern))
