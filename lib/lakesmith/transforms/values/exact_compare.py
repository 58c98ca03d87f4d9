"""Compare decimals and whole numbers exactly, where Spark rounds the longer one."""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.types import FLOATS, family

_MOST_DIGITS = 38
_WHOLE_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
_ONE = "1BD"


class Digits(NamedTuple):
    """Hold how many digits a number has before and behind the point."""

    whole: int
    fraction: int


def held_digits(kind: str) -> Digits | None:
    """Return the digits that a type of exact numbers holds, None for any other type.

    Examples
    --------
    >>> held_digits("decimal(12,4)"), held_digits("int"), held_digits("double")
    (Digits(whole=8, fraction=4), Digits(whole=10, fraction=0), None)
    """
    if kind in _WHOLE_DIGITS:
        return Digits(_WHOLE_DIGITS[kind], 0)
    if family(kind) != "decimal":
        return None
    precision, scale = kind.partition("(")[2].rstrip(")").split(",")
    return Digits(int(precision) - int(scale), int(scale))


def exact_sides(
    left: Column, right: Column, left_kind: str, right_kind: str
) -> tuple[Column, Column]:
    """Return two numbers in a form in which Spark compares them exactly.

    Two decimals that need more than 38 digits together are compared by Spark after the longer one
    is rounded, so that 100 equals 99.5. Their whole parts and fractions fit.

    Parameters
    ----------
    left, right : Column
    left_kind, right_kind : str
        Their types as `simpleString`.

    Returns
    -------
    tuple of Column
        The columns as they are where Spark compares them exactly or they are no exact numbers.
        NULL stays NULL.

    Examples
    --------
    >>> df = spark.sql("SELECT CAST(100 AS decimal(38,0)) AS a, 99.5BD AS b")
    >>> a, b = exact_sides(F.col("a"), F.col("b"), "decimal(38,0)", "decimal(3,1)")
    >>> df.select((F.col("a") == F.col("b")).alias("rounded"), (a == b).alias("exact")).first()
    Row(rounded=True, exact=False)
    """
    first = held_digits(left_kind)
    second = held_digits(right_kind)
    if first is None or second is None or left_kind == right_kind:
        return left, right
    if _fit_together(first, second):
        return left, right
    return _parts(left, first), _parts(right, second)


def compares_exactly(left_kind: str, right_kind: str) -> bool:
    """Return whether values of two types are equal only where they are the same value.

    Whole numbers and decimals are, and floats of two widths. Spark compares a number with a double
    after it was rounded, and text after it was read as a number.

    Examples
    --------
    >>> compares_exactly("int", "decimal(9,2)"), compares_exactly("bigint", "double")
    (True, False)
    """
    if left_kind == right_kind:
        return True
    if {left_kind, right_kind} <= {*FLOATS}:
        return True
    return held_digits(left_kind) is not None and held_digits(right_kind) is not None


def _fit_together(left: Digits, right: Digits) -> bool:
    whole = max(left.whole, right.whole)
    fraction = max(left.fraction, right.fraction)
    return whole + fraction <= _MOST_DIGITS


def _parts(value: Column, digits: Digits) -> Column:
    """Return the whole part and what is above it, in the order of the numbers."""
    whole = F.floor(value) if digits.fraction else value
    rest = F.pmod(value, F.expr(_ONE)) if digits.fraction else F.lit(0)
    parts = F.struct(
        whole.cast("decimal(38,0)").alias("whole"),
        rest.cast("decimal(38,38)").alias("rest"),
    )
    return F.when(value.isNotNull(), parts)
