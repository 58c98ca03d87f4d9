"""Type what a step computed as the contract says, and refuse what would lose its value."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    NumericType,
)

from lakesmith.column_refs import named
from lakesmith.errors import StepError
from lakesmith.transforms.values.float_digits import float_digits

OUT_OF_RANGE = "[NUMERIC_VALUE_OUT_OF_RANGE]"
_FLOATS = (FloatType, DoubleType)
_INFINITY = float("inf")


def computed(name: str, source_type: DataType, target_type: DataType) -> Column:
    """Return a computed column in the type of the contract.

    Parameters
    ----------
    name : str
        The column.
    source_type : DataType
        The type that the step gave it.
    target_type : DataType
        The type of the contract.

    Returns
    -------
    Column
        A number is rounded half up to the scale of a decimal, and to the nearest number that a
        floating-point type holds. One that is too big for its type fails the batch, and so do NaN
        and infinity for a decimal. NULL stays NULL.

    Raises
    ------
    StepError
        LS303 when a number that may have a fraction is to become a whole number.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "half double", [(1.125,), (None,)])
    >>> df.select(computed("half", DoubleType(), DecimalType(8, 2)).alias("half")).show()
    +----+
    |half|
    +----+
    |1.13|
    |NULL|
    +----+
    <BLANKLINE>
    """
    if source_type == target_type:
        return named(name)
    if isinstance(target_type, IntegralType) and _has_fraction(source_type):
        raise _would_be_cut(name, source_type, target_type)
    if isinstance(source_type, NumericType) and isinstance(target_type, NumericType):
        return _number(named(name), source_type, target_type)

    return named(name).cast(target_type)


def _has_fraction(kind: DataType) -> bool:
    is_scaled = isinstance(kind, DecimalType) and kind.scale > 0
    return is_scaled or isinstance(kind, _FLOATS)


def _would_be_cut(name: str, source_type: DataType, target_type: DataType) -> StepError:
    return StepError(
        f"column '{name}' has type {source_type.simpleString()} after the last step, and the "
        f"contract's {target_type.simpleString()} would cut its fraction off",
        code="LS303",
        where=f"column {name}",
        hint="round it in the step, as in cast(round(x, 0) AS bigint), or give the column a decimal"
        " type in the contract",
    )


def _number(value: Column, source_type: DataType, target_type: DataType) -> Column:
    digits = _digits(value, source_type, target_type)
    if isinstance(target_type, _FLOATS):
        typed = digits.cast(target_type)
        was_finite = F.abs(value) != _INFINITY
        is_lost = was_finite & (F.abs(typed) == _INFINITY)
    else:
        # Without ANSI a plain cast wraps around; and it makes NaN NULL for a decimal.
        typed = digits.try_cast(target_type)
        is_lost = value.isNotNull() & typed.isNull()

    what = F.concat(
        F.lit(f"{OUT_OF_RANGE} The value "),
        value.cast("string"),
        F.lit(f" does not fit {target_type.simpleString()}"),
    )
    failure = F.raise_error(what).cast(target_type)

    return F.when(is_lost, failure).otherwise(typed)


def _digits(value: Column, source_type: DataType, target_type: DataType) -> Column:
    # Spark takes the digits of the double beside a float, and 0.1 would not be 0.1.
    is_decimal = isinstance(target_type, DecimalType)
    is_short = isinstance(source_type, DoubleType) and is_decimal
    if is_short or isinstance(source_type, FloatType):
        return float_digits(value, source_type)
    return value
