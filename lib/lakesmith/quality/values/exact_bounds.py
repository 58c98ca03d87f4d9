"""Compare a column with the values of a spec, none of them being rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from operator import gt, lt
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.values.spec_literals import literal
from lakesmith.spec.values.check_literals import Value, comparable
from lakesmith.transforms.values.exact_compare import Digits, held_digits
from lakesmith.types import WHOLE

# Wide enough for each number that a spec can name.
_EXACT = Context(prec=2_000)
_BIGINT = 2**63


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
    # Each number of the column that is less than the bound is less than the next one it can hold.
    return _compared(value, bound, kind, lt, ROUND_CEILING)


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
    return _compared(value, bound, kind, gt, ROUND_FLOOR)


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
    held = [number for number in numbers if _can_equal(number, digits, kind)]
    if not held:
        return _for_all(value, False)
    return value.isin(*[_of_kind(number, kind) for number in held])


def _compared(
    value: Column,
    bound: Value,
    kind: str,
    operator: Callable[[Any, Any], Any],
    rounding: str,
) -> Column:
    """Compare a column with a bound that is rounded to the numbers which the column can hold."""
    digits = held_digits(kind)
    if digits is None:
        compared: Column = operator(value, literal(bound, kind))
        return compared
    number = _rounded(_number(bound, kind), digits, rounding)
    if not _is_held(number, digits, kind):
        # Beyond all numbers of the column, it is on one side of each as it is of zero.
        return _for_all(value, operator(0, number))
    exact: Column = operator(value, _of_kind(number, kind))
    return exact


def _number(value: Value, kind: str) -> Decimal:
    return Decimal(comparable(value, kind))


def _rounded(number: Decimal, digits: Digits, rounding: str) -> Decimal:
    unit = Decimal(1).scaleb(-digits.fraction)
    return number.quantize(unit, rounding=rounding, context=_EXACT)


def _can_equal(number: Decimal, digits: Digits, kind: str) -> bool:
    nearest = _rounded(number, digits, ROUND_FLOOR)
    return nearest == number and _is_held(number, digits, kind)


def _is_held(number: Decimal, digits: Digits, kind: str) -> bool:
    if kind in WHOLE:
        return -_BIGINT <= number < _BIGINT
    # `abs` would round to the digits of the context.
    return number.copy_abs() < Decimal(10) ** digits.whole


def _of_kind(number: Decimal, kind: str) -> Column:
    # Whole numbers of all widths are compared as bigint. A decimal with the type of its column is
    # compared without a cast of either.
    if kind in WHOLE:
        return F.lit(int(number)).cast("bigint")
    return F.lit(f"{number:f}").cast(kind)


def _for_all(value: Column, answer: bool) -> Column:
    return F.when(value.isNotNull(), F.lit(answer))
