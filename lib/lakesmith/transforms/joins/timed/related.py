"""Compare points and half-open intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pyspark.sql import Column

from lakesmith.column_refs import is_true

if TYPE_CHECKING:
    from lakesmith.transforms.joins.timed.spans import Span

Relation = Literal["overlaps", "contains", "within"]


def related(here: Span, there: Span, relation: Relation) -> Column:
    """Return whether two spans, open where they have NULL, have a relation.

    Examples
    --------
    >>> from pyspark.sql import functions as F
    >>> from lakesmith.transforms.joins.timed.spans import Span
    >>> one, two = Span(F.lit(1), F.lit(5)), Span(F.lit(5), F.lit(9))
    >>> spark.range(1).select(related(one, two, "overlaps")).first()[0]
    False
    """
    if relation == "contains":
        return _holds(here, there)
    if relation == "within":
        return _holds(there, here)
    begins_in_time = _begins_before(here, there)
    ends_in_time = _begins_before(there, here)
    return begins_in_time & ends_in_time


def _holds(outer: Span, inner: Span) -> Column:
    """Return whether a span has all of another one."""
    is_begun = _begins_by(outer, inner)
    is_ended = _ends_by(inner, outer)
    return is_begun & is_ended


def _begins_by(one: Span, other: Span) -> Column:
    is_open = one.begin.isNull()
    is_earlier = is_true(one.begin <= other.begin)
    return is_open | is_earlier


def _ends_by(one: Span, other: Span) -> Column:
    if one.end is None or other.end is None:
        raise TypeError("a point has no end")
    is_open = other.end.isNull()
    is_earlier = is_true(one.end <= other.end)
    return is_open | is_earlier


def _begins_before(one: Span, other: Span) -> Column:
    """Return whether a span begins before another one is over."""
    is_open = one.begin.isNull()
    if other.end is None:
        is_at_point = one.begin <= other.begin
        return is_open | is_at_point

    is_earlier = one.begin < other.end
    return is_open | other.end.isNull() | is_earlier
