"""Cast to a declared type so that a value is kept exactly or becomes NULL; nothing is rounded, nothing throws."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DataType,
    DateType,
    DecimalType,
    FractionalType,
    MapType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from lakesmith.errors import StepError

NESTED = (ArrayType, MapType, StructType)
TIMES = (DateType, TimestampType, TimestampNTZType)
MAX_DIGITS = 38


def cast_or_null(value: Column, found: DataType, wanted: DataType, format: str | None = None) -> Column:
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
        with a fraction, NaN or infinity for an exact type, and date words such as ``now`` are NULL.

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
        return _number_from_number(value, wanted)
    if isinstance(wanted, NESTED):
        return _nested(value, found, wanted)
    if isinstance(found, TIMES) and isinstance(wanted, TIMES):
        return value.try_cast(wanted)
    return _from_text(value.cast("string"), wanted, format)


def _number_from_number(value: Column, wanted: DataType) -> Column:
    typed = value.try_cast(wanted)
    exact = not isinstance(wanted, FractionalType) or isinstance(wanted, DecimalType)
    return F.when(typed == value, typed) if exact else typed


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
    if isinstance(wanted, FractionalType):
        # Java reads '1.5f' and '1.5d' as numbers; a feed that says so is broken.
        return F.when(~text.rlike(r"[0-9.][dDfF]\s*$"), text.try_cast(wanted))
    if isinstance(wanted, BinaryType):
        return F.nullif(text, F.lit("")).cast(wanted)
    return text.try_cast(wanted)


def _decimal(text: Column, wanted: DecimalType) -> Column:
    typed = text.try_cast(wanted)
    unrounded = text.try_cast(DecimalType(MAX_DIGITS, MAX_DIGITS - wanted.precision + wanted.scale))
    too_long = rf"\.[0-9]{{{wanted.scale}}}[0-9]*[1-9][0-9]*\s*$"
    # Digits show in plain notation; only a number with an exponent has to be read twice.
    is_plain_or_exact = ~text.rlike("[eE]") | (typed == unrounded)
    return F.when(~text.rlike(too_long) & is_plain_or_exact, typed)


def _time(text: Column, wanted: DataType, format: str | None) -> Column:
    if format is not None:
        return F.try_to_timestamp(text, F.lit(format)).cast(wanted)
    # A cast alone takes 'now', 'today' and '12:30' as moments of the run, and ignores junk after a date.
    is_written_out = text.rlike(r"^\s*[+-]?[0-9]{4}")
    if isinstance(wanted, DateType):
        is_written_out &= text.try_cast(TimestampType()).isNotNull()
    return F.when(is_written_out, text.try_cast(wanted))
