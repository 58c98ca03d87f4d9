"""The row checks as predicates: true where the value breaks the rule, NULL where the value is NULL."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.spec_literals import literal
from lakesmith.spec.model import Check
from lakesmith.transforms.text import BLANKS
from lakesmith.types import is_float

Predicate = Callable[[Check, Column, str], Column]


def not_null(check: Check, value: Column, kind: str) -> Column:
    """Break on NULL."""
    return value.isNull()


def not_blank(check: Check, value: Column, kind: str) -> Column:
    """Break on NULL, on empty text and on text of blanks, tabs and line ends only."""
    return value.isNull() | is_blank(value)


def between(check: Check, value: Column, kind: str) -> Column:
    """Break below `min` and above `max`; NaN always breaks.

    Raises
    ------
    ValueError
        When a bound cannot be compared with the column's type.
    """
    return (
        _outside(check, value, kind) | F.isnan(value)
        if is_float(kind)
        else _outside(check, value, kind)
    )


def in_set(check: Check, value: Column, kind: str) -> Column:
    """Break on a value that is not listed.

    Raises
    ------
    ValueError
        When a listed value cannot be compared with the column's type.
    """
    return ~value.isin(*(literal(member, kind) for member in check.values))


def regex(check: Check, value: Column, kind: str) -> Column:
    """Break when the pattern (Java's) is found nowhere in the text; anchor it to match the whole."""
    return ~value.cast("string").rlike(check.pattern or "")


def length(check: Check, value: Column, kind: str) -> Column:
    """Break when the text has fewer than `min` or more than `max` code points."""
    return _outside(check, F.length(value.cast("string")), "int")


def is_blank(text: Column) -> Column:
    """Whether text has nothing but blanks, tabs and line ends; NULL for NULL."""
    return F.trim(text.cast("string"), F.lit(BLANKS)) == ""


def _outside(check: Check, value: Column, kind: str) -> Column:
    low = [value < literal(check.min, kind)] if check.min is not None else []
    high = [value > literal(check.max, kind)] if check.max is not None else []
    if not low and not high:
        raise ValueError("it has neither min nor max")
    return reduce(or_, [*low, *high])


PREDICATES: dict[str, Predicate] = {
    "not_null": not_null,
    "not_blank": not_blank,
    "between": between,
    "in_set": in_set,
    "regex": regex,
    "length": length,
}
