"""Compare a column with the values of a spec, none of them being rounded."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.values.spec_literals import literal
from lakesmith.spec.values.check_literals import Value, comparable
from lakesmith.transforms.values.exact_compare import Digits, held_digits

# Wide enough for each number that a spec can name.
_EXACT = Context(prec=2_000)


def is_less(value: Column, bound: Value, kind: str) -> Column:
    """Return whether a column is less than a value of a spec.

    Raises
    ------
    ValueError
        When the value cannot be compared with the type of the column.

    Examples
    --------
    >>> df = spark.sql("SELECT CAST(100 AS decimal(38,0)) AS n")
    >>> df.select(is_less(F.col("n"), "100.4", "decimal(38,0)").alias("less")).first()
    Row(less=True)
    """
    digits = held_digits(kind)
    if digits is None:
        return value < literal(bound, kind)
    # Each number of the column that is less than the bound is less than the next one it can hold.
    number = _rounded(bound, kind, digits, ROUND_CEILING)
    if not _holds(digits, number):
        return _for_all(value, number > 0)
    return value < _of_kind(number, kind)


def is_greater(value: Column, bound: Value, kind: str) -> Column:
    """Return whether a column is greater than a value of a spec.

    Raises
    ------
    ValueError
        When the value cannot be compared with the type of the column.

    Examples
    --------
    >>> df = spark.sql("SELECT CAST(100 AS decimal(38,0)) AS n")
    >>> df.select(is_greater(F.col("n"), "99.5", "decimal(38,0)").alias("greater")).first()
    Row(greater=True)
    """
    digits = held_digits(kind)
    if digits is None:
        return value > literal(bound, kind)
    number = _rounded(bound, kind, digits, ROUND_FLOOR)
    if not _holds(digits, number):
        return _for_all(value, number < 0)
    return value > _of_kind(number, kind)


def is_one_of(value: Column, members: Iterable[Value], kind: str) -> Column:
    """Return whether a column equals one of the values of a spec.

    Raises
    ------
    ValueError
        When a value cannot be compared with the type of the column.

    Examples
    --------
    >>> df = spark.sql("SELECT CAST(100 AS decimal(38,0)) AS n")
    >>> df.select(is_one_of(F.col("n"), ["99.5", 7], "decimal(38,0)").alias("listed")).first()
    Row(listed=False)
    """
    digits = held_digits(kind)
    if digits is None:
        return value.isin(*[literal(member, kind) for member in members])
    numbers = [_number(member, kind) for member in members]
    held = [number for number in numbers if _can_equal(digits, number)]
    if not held:
        return _for_all(value, False)
    return value.isin(*[_of_kind(number, kind) for number in held])


def _number(value: Value, kind: str) -> Decimal:
    return Decimal(comparable(value, kind))


def _rounded(value: Value, kind: str, digits: Digits, rounding: str) -> Decimal:
    number = _number(value, kind)
    unit = Decimal(1).scaleb(-digits.fraction)
    return number.quantize(unit, rounding=rounding, context=_EXACT)


def _can_equal(digits: Digits, number: Decimal) -> bool:
    unit = Decimal(1).scaleb(-digits.fraction)
    nearest = number.quantize(unit, rounding=ROUND_FLOOR, context=_EXACT)
    return nearest == number and _holds(digits, number)


def _holds(digits: Digits, number: Decimal) -> bool:
    # `abs` would round to the digits of the context.
    return number.copy_abs() < Decimal(10) ** digits.whole


def _of_kind(number: Decimal, kind: str) -> Column:
    # A number with the type of its column is compared without a cast of either.
    return F.lit(f"{number:f}").cast(kind)


def _for_all(value: Column, answer: bool) -> Column:
    return F.when(value.isNotNull(), F.lit(answer))
