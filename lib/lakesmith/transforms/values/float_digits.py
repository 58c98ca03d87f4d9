"""Give the number that a floating-point value stands for, as text."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, FloatType

_BEYOND_BIGINT = float(2**63)


def is_long_whole(value: Column, kind: DataType) -> Column:
    """Return whether a float or double is a whole number whose shortest text may lack digits.

    Examples
    --------
    >>> df = spark.sql("SELECT float('2147483648') AS a, float('0.1') AS b")
    >>> kind = FloatType()
    >>> df.select(is_long_whole(df.a, kind), is_long_whole(df.b, kind)).first()[:]
    (True, False)
    """
    # From here on all values of the type are whole numbers.
    first = 2**24 if isinstance(kind, FloatType) else 2**53
    size = F.abs(value)
    return (size >= F.lit(float(first))) & (size < F.lit(_BEYOND_BIGINT))


def float_digits(value: Column, kind: DataType) -> Column:
    """Return the shortest text of a float or double, and all digits of a great whole number.

    Beyond the numbers of a bigint the text is the shortest one.

    Examples
    --------
    >>> df = spark.sql("SELECT float('2147483648') AS a, float('0.1') AS b, 1e30D AS c")
    >>> df.select(
    ...     float_digits(df.a, FloatType()),
    ...     float_digits(df.b, FloatType()),
    ...     float_digits(df.c, df.schema["c"].dataType),
    ... ).first()[:]
    ('2147483648', '0.1', '1.0E30')
    """
    whole = value.try_cast("bigint")
    digits = whole.cast("string")
    shortest = value.cast("string")
    return F.when(is_long_whole(value, kind), digits).otherwise(shortest)
