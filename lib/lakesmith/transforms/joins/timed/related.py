"""Compare points and half-open intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pyspark.sql import Column
from pyspark.sql import functions as F

if TYPE_CHECKING:
    from lakesmith.transforms.joins.timed.spans import Span

Relation = Literal["overlaps", "contains", "within"]


def related(here: Span, there: Span, relation: Relation) -> Column:
    """Return whether two spans, open where they have NULL, have a relation.

    Examples
    --------
    >>> from lakesmith.transforms.joins.timed.spans import Span
    >>> one, two = Span(F.lit(1), F.lit(5)), Span(F.lit(5), F.lit(9))
    >>> spark.range(1).select(related(one, two, "overlaps")).first()[0]
    False
    """
    if relation == "contains":
        return _begins_by(here, there) & _ends_by(there, here)
    if relation == "within":
        return _begins_by(there, here) & _ends_by(here, there)
    return _begins_before(here, there) & _begins_before(there, here)


def _begins_by(one: Span, other: Span) -> Column:
    is_earlier = F.coalesce(one.begin <= other.begin, F.lit(False))
    return one.begin.isNull() | is_earlier


def _ends_by(one: Span, other: Span) -> Column:
    if one.end is None or other.end is None:
        raise TypeError("a point has no end")
    is_earlier = F.coalesce(one.end <= other.end, F.lit(False))
    return other.end.isNull() | is_earlier


def _begins_before(one: Span, other: Span) -> Column:
    """Return whether a span begins before another one is over."""
    if other.end is None:
        return one.begin.isNull() | (one.begin <= other.begin)
    return one.begin.isNull() | other.end.isNull() | (one.begin < other.end)
