"""Cast to a declared type so that a value is kept exactly or becomes NULL."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
    VariantType,
)

from lakesmith.column_refs import WITH_NULLS, json_text, null
from lakesmith.spec.values.numbers import (
    FAST_NUMBER,
    NUMBER,
    ZERO_OR_WORD,
    decimal_pattern,
)
from lakesmith.spec.values.time_patterns import exact_pattern
from lakesmith.spec.values.times import FAST_INSTANT, FAST_WALL_CLOCK, INSTANT
from lakesmith.transforms.values.float_digits import float_digits, is_long_whole
from lakesmith.transforms.values.nested_casts import cast_nested

_NESTED = (ArrayType, MapType, StructType)
_TIMES = (DateType, TimestampType, TimestampNTZType)
_FLOATS = (FloatType, DoubleType)
_INFINITY = float("inf")
# Spark takes this for the greatest bigint, although it is one more.
_BEYOND_BIGINT = float(2**63)
# A pattern with a mark behind its year, without which a text with a sign is a number.
_MARKED_YEAR = re.compile(r"[yu]\[*[^A-Za-z\[\]]")
_BLANKS = "".join(map(chr, range(33))) + "\x7f"


def cast_or_null(
    value: Column,
    source_type: DataType,
    target_type: DataType,
    format: str | None = None,
) -> Column:
    """Cast a column to the declared type, with NULL for what does not fit exactly.

    Parameters
    ----------
    value : Column
    source_type : DataType
        The type the column has.
    target_type : DataType
        The type it shall have.
    format : str, optional
        Spark datetime pattern of the text, for dates and timestamps.

    Returns
    -------
    Column
        Text stays as landed, and bytes that are UTF-8 are their text. A list, a struct or a map is
        its JSON, so that different values have different texts. For every other type: empty text is
        NULL; a decimal that would be rounded, a whole number with a fraction, NaN or infinity for
        an exact type, a number beyond a floating-point type, a date without its month or day, a
        fraction finer than a microsecond and an offset that the type cannot hold are NULL. A date
        of text with a time of day is the day in UTC.

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
    if source_type == target_type:
        return value
    if isinstance(target_type, StringType):
        return _text(value, source_type).cast(target_type)
    if isinstance(source_type, NumericType) and isinstance(target_type, NumericType):
        return _number_from_number(value, source_type, target_type)
    if isinstance(target_type, _NESTED):
        return cast_nested(value, source_type, target_type, cast_or_null)
    if isinstance(source_type, _TIMES) and isinstance(target_type, _TIMES):
        return value.try_cast(target_type)

    return _from_text(value.cast("string"), target_type, format)


def _text(value: Column, source_type: DataType) -> Column:
    if isinstance(source_type, _NESTED):
        return json_text(value, WITH_NULLS)
    if isinstance(source_type, VariantType):
        return F.to_json(value)
    if isinstance(source_type, _FLOATS):
        return float_digits(value, source_type)
    text = value.cast("string")
    if isinstance(source_type, BinaryType):
        return F.when(F.is_valid_utf8(text), text)
    return text


def _number_from_number(
    value: Column, source_type: DataType, target_type: DataType
) -> Column:
    if isinstance(target_type, _FLOATS):
        return _float_from_number(value, source_type, target_type)
    if isinstance(source_type, FloatType) and isinstance(target_type, DecimalType):
        # Spark takes the digits of the double beside it, and 0.1 would not be 0.1.
        return _decimal(float_digits(value, source_type), target_type)

    typed = value.try_cast(target_type)
    if isinstance(source_type, DoubleType) and isinstance(target_type, DecimalType):
        # Spark takes the shortest text, which lacks digits of a great whole number.
        whole = value.try_cast("bigint").try_cast(target_type)
        typed = F.when(is_long_whole(value, source_type), whole).otherwise(typed)
    # A comparison of two decimals may round the longer one, the way back does not.
    is_exact = typed.try_cast(source_type) == value

    if isinstance(source_type, _FLOATS) and isinstance(target_type, LongType):
        is_exact &= value < F.lit(_BEYOND_BIGINT)

    return F.when(is_exact, typed)


def _float_from_number(
    value: Column, source_type: DataType, target_type: DataType
) -> Column:
    if isinstance(source_type, FloatType) and isinstance(target_type, DoubleType):
        # The shortest text of a float is the number that it stands for: 0.1 stays 0.1.
        return float_digits(value, source_type).try_cast(target_type)
    typed = value.try_cast(target_type)
    if not (isinstance(source_type, DoubleType) and isinstance(target_type, FloatType)):
        return typed

    was_infinite = F.abs(value) == _INFINITY
    was_zero = value == 0.0
    is_in_range = (F.abs(typed) == _INFINITY) == was_infinite
    is_above_zero = (typed == 0.0) == was_zero

    return F.when(is_in_range & is_above_zero, typed)


def _from_text(text: Column, target_type: DataType, format: str | None) -> Column:
    if isinstance(target_type, _TIMES):
        return _time(text, target_type, format)
    if isinstance(target_type, DecimalType):
        return _decimal(text, target_type)
    if isinstance(target_type, _FLOATS):
        return _float(text, target_type)
    if isinstance(target_type, BinaryType):
        return F.nullif(text, F.lit("")).cast(target_type)

    return text.try_cast(target_type)


def _float(text: Column, target_type: DataType) -> Column:
    typed = text.try_cast(target_type)
    # Zero and infinity may stand for numbers that the type cannot hold.
    is_limit = typed.isin(0.0, _INFINITY, -_INFINITY)
    is_held = text.rlike(NUMBER) & ~is_limit
    is_fast = text.rlike(FAST_NUMBER)
    is_word = text.rlike(ZERO_OR_WORD)
    is_number = is_fast | is_held | is_word
    return F.when(is_number, typed)


def _decimal(text: Column, target_type: DecimalType) -> Column:
    is_exact = text.rlike(decimal_pattern(target_type.scale))
    return F.when(is_exact, text.try_cast(target_type))


def _time(text: Column, target_type: DataType, format: str | None) -> Column:
    if format is not None:
        return _by_format(text, target_type, format)
    # A cast alone reads '2024', 'now' and '12:30' as times, and drops digits and offsets.
    if isinstance(target_type, DateType):
        is_date = _has_length(text, 10, {5: "-", 8: "-"})
        is_written_out = is_date | text.rlike(INSTANT)
        instant = text.try_cast(TimestampType())
        return F.when(is_written_out, instant).cast(target_type)
    typed = text.try_cast(target_type)
    if isinstance(target_type, TimestampNTZType):
        is_wall_clock = _has_seconds(text) | text.rlike(FAST_WALL_CLOCK)
        return F.when(is_wall_clock, typed)

    is_instant = _has_seconds(text) | text.rlike(FAST_INSTANT)
    return F.when(is_instant, typed)


def _by_format(text: Column, target_type: DataType, format: str) -> Column:
    has_zone = not isinstance(target_type, TimestampNTZType)
    pattern = exact_pattern(format, zone=has_zone)
    if pattern is None:
        return null(target_type)

    # A pattern of optional sections only would read empty text as the year 1970.
    trimmed = F.nullif(F.btrim(text, F.lit(_BLANKS)), F.lit(""))
    # -20240301 is a number, and no day of the year -2024.
    if not _MARKED_YEAR.search(format):
        trimmed = F.when(~F.startswith(trimmed, F.lit("-")), trimmed)
    instant = F.try_to_timestamp(trimmed, F.lit(pattern))
    # A year that overflows throws there, and is NULL here.
    held = F.try_add(instant, F.expr("INTERVAL '0' SECOND"))
    return held.cast(target_type)


def _has_seconds(text: Column) -> Column:
    """Return whether a text looks like ``2024-03-01 09:30:15``, with a digit at its end."""
    has_marks = _has_length(text, 19, {5: "-", 14: ":", 17: ":"})
    last = F.substring(text, 19, 1)
    return has_marks & last.between("0", "9")


def _has_length(text: Column, length: int, marks: Mapping[int, str]) -> Column:
    """Return whether a text has the length and the marks that most times have.

    It costs half of a pattern; the cast checks the digits.
    """
    condition = F.octet_length(text) == length
    for place, mark in marks.items():
        condition &= F.substring(text, place, 1) == mark

    return condition
