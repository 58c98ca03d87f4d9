"""Cut intervals into buckets of several widths, so that intervals which overlap share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.transforms.axis import floor_div, position

# An interval of more buckets than this takes a wider one.
MOST_BUCKETS = 32
WIDER = 256
# Intervals beyond all widths, such as open ones, meet in one of so many parts.
PARTS = 16
_WIDEST = 2**62


@dataclass(frozen=True)
class Span:
    """Hold a point or a half-open interval of a side, as positions.

    Parameters
    ----------
    begin : Column
        NULL is open for an interval.
    end : Column, optional
        The first position behind it, NULL being open; None for a point.

    Examples
    --------
    >>> Span(F.lit(1)).is_point, Span(F.lit(1), F.lit(5)).is_point
    (True, False)
    """

    begin: Column
    end: Column | None = None

    @property
    def is_point(self) -> bool:
        """Whether it is a point."""
        return self.end is None

    @property
    def is_somewhere(self) -> Column:
        """Whether it has a position at all; an empty or a reversed interval has none."""
        if self.end is None:
            return self.begin.isNotNull()
        is_open = self.begin.isNull() | self.end.isNull()
        is_ordered = self.begin < self.end
        return is_open | is_ordered

    def bucket_of_begin(self, width: int) -> Column:
        """Return the first bucket, NULL where the begin is open."""
        return floor_div(self.begin, width)

    def bucket_of_end(self, width: int) -> Column:
        """Return the last bucket, NULL where the end is open."""
        if self.end is None:
            return self.bucket_of_begin(width)
        last = self.end - F.lit(1)
        return floor_div(last, width)

    def fits(self, width: int) -> Column:
        """Return whether it takes few buckets of a width."""
        if self.end is None:
            return F.lit(True)
        first = self.bucket_of_begin(width)
        last = self.bucket_of_end(width)
        buckets = F.try_subtract(last, first)
        are_few = buckets < MOST_BUCKETS
        return is_true(are_few)


def span_of(names: str | Sequence[str], kinds: Sequence[str]) -> Span:
    """Return the point or interval that columns hold.

    Examples
    --------
    >>> span_of(["begin", "end"], ["int", "int"]).is_point
    False
    """
    columns = [names] if isinstance(names, str) else names
    pairs = zip(columns, kinds, strict=True)
    places = [position(named(name), kind) for name, kind in pairs]
    return Span(*places)


def widths(width: int) -> list[int]:
    """Return the widths of buckets, the narrowest first.

    Examples
    --------
    >>> widths(10)
    [10, 2560]
    """
    wider = min(width * WIDER, _WIDEST)
    return [width, wider]


def level_of(span: Span, width: int) -> Column:
    """Return the number of the narrowest width that an interval fits, one more for none.

    Examples
    --------
    >>> df = spark.sql("SELECT * FROM VALUES (0, 9), (0, 900), (0, NULL) AS t(b, e)")
    >>> level = level_of(Span(F.col("b"), F.col("e")), 10)
    >>> [row[0] for row in df.select(level).collect()]
    [0, 1, 2]
    """
    narrow, wide = widths(width)
    fits_narrow = span.fits(narrow)
    fits_wide = span.fits(wide)

    beyond = F.when(fits_wide, F.lit(1)).otherwise(F.lit(2))
    return F.when(fits_narrow, F.lit(0)).otherwise(beyond)


def part_of(span: Span) -> Column:
    """Return the part of the last level that a span is in.

    Examples
    --------
    >>> spark.range(1).select(part_of(Span(F.lit(7)))).first()[0] in range(PARTS)
    True
    """
    places = [span.begin]
    if span.end is not None:
        places.append(span.end)
    hashed = F.xxhash64(*places)
    return F.pmod(hashed, F.lit(PARTS))


def levels_of(span: Span, width: int, part: Column | None, own_only: bool) -> Column:
    """Return the buckets in which a span meets others, as an item for each level.

    Parameters
    ----------
    span : Span
    width : int
        That of the narrowest buckets.
    part : Column, optional
        The one part of the last level in which it is; None for all of them.
    own_only : bool
        Whether it is on its own level alone, as those that it meets are on all levels. Otherwise
        it is on its own one and on those after it.

    Returns
    -------
    Column
        ARRAY<BIGINT> for a point, which has one bucket on each level, else ARRAY<ARRAY<BIGINT>>.

    Examples
    --------
    >>> point = levels_of(Span(F.col("id")), 10, F.lit(3), own_only=False)
    >>> spark.range(25, 26).select(point).first()[0]
    [2, 0, 3]
    >>> interval = levels_of(Span(F.col("id"), F.col("id") + 10), 10, None, own_only=True)
    >>> spark.range(25, 26).select(interval).first()[0]
    [[2, 3], None, None]
    """
    if span.is_point and part is not None:
        points = [span.bucket_of_begin(wide) for wide in widths(width)]
        return F.array(*points, part.cast("bigint"))

    own = level_of(span, width)
    lists = [_buckets(span, wide) for wide in widths(width)]
    lists.append(_parts(part))

    shown = []
    for level, buckets in enumerate(lists):
        is_there = own == level if own_only else own <= level
        shown.append(F.when(is_there, buckets))

    return F.array(*shown)


def _buckets(span: Span, width: int) -> Column:
    """Return all buckets of a width that an interval is in."""
    first = span.bucket_of_begin(width)
    last = span.bucket_of_end(width)
    return F.sequence(first, last)


def _parts(part: Column | None) -> Column:
    """Return the parts of the last level, the one that is given or all of them."""
    parts = F.sequence(F.lit(0), F.lit(PARTS - 1))
    if part is not None:
        parts = F.array(part)
    return parts.cast("array<bigint>")


def meets_here(
    here: tuple[Span, Column],
    there: tuple[Span, Column],
    cell: tuple[Column, Column],
    width: int,
) -> Column:
    """Return whether a cell is the one in which a pair of spans is looked at.

    Parameters
    ----------
    here, there : tuple of Span and Column
        Each with its level.
    cell : tuple of two Columns
        Level and bucket.
    width : int

    Examples
    --------
    >>> one = Span(F.lit(5), F.lit(25)), F.lit(0)
    >>> two = Span(F.lit(12), F.lit(28)), F.lit(0)
    >>> is_there = [meets_here(one, two, (F.lit(0), F.lit(bucket)), 10) for bucket in (0, 1, 2)]
    >>> tuple(spark.range(1).select(*is_there).first())
    (False, True, False)
    """
    span, own_level = here
    other, other_level = there
    level, bucket = cell
    is_level = level == F.greatest(own_level, other_level)
    # Both have begun from here on. An open begin is before any other one.
    begin = F.greatest(span.begin, other.begin)
    narrow, wide = widths(width)

    narrow_bucket = floor_div(begin, narrow)
    wide_bucket = floor_div(begin, wide)
    first = F.when(level == 0, narrow_bucket).otherwise(wide_bucket)

    is_last_level = level == 2
    return is_level & (is_last_level | (bucket == first))
