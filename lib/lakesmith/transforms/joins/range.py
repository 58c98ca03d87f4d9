"""Join points with the intervals they lie in, and intervals with those that they overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require, types_of
from lakesmith.columns import PASSES
from lakesmith.transforms.axis import require_axis, span_on_axis
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.lookup import key_name, matches
from lakesmith.transforms.joins.timed.options import require_options
from lakesmith.transforms.joins.timed.related import Relation, related
from lakesmith.transforms.joins.timed.spans import (
    Span,
    level_of,
    levels_of,
    meets_here,
    part_of,
    span_of,
)
from lakesmith.transforms.joins.timed.taken import Columns, require_sides, taken_from
from lakesmith.types import Transform

STEP = "join_range"
_LEVEL, _LEVEL_THERE = "_level", "_level_there"
_BUCKET, _BUCKET_THERE = "_bucket", "_bucket_there"
_FOUND_BEGIN, _FOUND_END = "_found_begin", "_found_end"
_PLACE, _PLACE_THERE = "_place", "_place_there"
How = Literal["inner", "left", "anti"]
Names = str | Sequence[str]


def join_range(
    *,
    other: DataFrame,
    at: Names,
    other_at: Names,
    width: str,
    on: Sequence[str] = (),
    columns: Columns = (),
    relation: Relation = "overlaps",
    how: How = "inner",
) -> PlannedJoin:
    """Join a point with the intervals that it lies in, or intervals with those they overlap.

    Parameters
    ----------
    other : DataFrame
    at : str, or sequence of two str
        The time of a row of this side, or begin and end of its half-open interval.
    other_at : str, or sequence of two str
        The same of the other side. At least one of both is an interval.
    width : str
        About how long an interval is, such as ``1d``, or a number between whole numbers. Rows meet
        in buckets of this width; the result does not depend on it.
    on : sequence of str, optional
        Columns that must be equal too, under the same names on both sides.
    columns : sequence of str, or mapping of str to str, optional
        Columns to take, or the name here to the name there; none named means all but `on` and
        those beginning with `_`.
    relation : {"overlaps", "contains", "within"}
        Whether intervals share a position, this one has all of the other one, or the other one
        has all of this one.
    how : {"inner", "left", "anti"}
        Keep rows with a match, once for each; all rows; those without a match.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with its choice.

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that would be there twice; LS354 for a key or
        positions of different types; LS355 for options that do not go together.

    Notes
    -----
    *Columns*: needs `on` and `at` -> adds those taken. An empty or reversed interval, and a point
    that is NULL, match nothing. NULL as begin or end is open. ``left`` reads this side twice.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> calls = frame(spark, "id int, at int", [(1, 3), (2, 5), (3, 9)])
    >>> shifts = frame(spark, "who string, since int, until int", [("Ada", 3, 5), ("Bo", 5, None)])
    >>> joined = join_range(
    ...     other=shifts, at="at", other_at=["since", "until"], width="3", columns=["who"]
    ... )
    >>> calls.transform(joined).orderBy("id").show()
    +---+---+---+
    | id| at|who|
    +---+---+---+
    |  1|  3|Ada|
    |  2|  5| Bo|
    |  3|  9| Bo|
    +---+---+---+
    <BLANKLINE>
    """
    given = {"at": at, "other_at": other_at, "width": width, "relation": relation}
    require_options(STEP, given)
    taken = {} if how == "anti" else taken_from(other, columns, on)

    def apply(df: DataFrame) -> DataFrame:
        kinds = _kinds(df, other, at, other_at)
        require(df, on, STEP)
        require_sides(STEP, df, other, on, taken)
        unit = span_on_axis(STEP, "width", width, kinds[0][0])
        sides = _Sides(
            df,
            other,
            tuple(on),
            taken,
            span_of(at, kinds[0]),
            span_of(other_at, kinds[1]),
            unit,
            relation,
        )
        return _rows(sides, how)

    why = f"rows meet in buckets of {width}, of {width} times 256, and beyond"
    return PlannedJoin(apply, JoinChoice(STEP, "buckets", why))


@dataclass(frozen=True)
class _Sides:
    """Hold both sides, what is taken, and how they are compared."""

    df: DataFrame
    other: DataFrame
    on: tuple[str, ...]
    taken: Mapping[str, str]
    here: Span
    there: Span
    width: int
    relation: Relation

    @property
    def has_point(self) -> bool:
        return self.here.is_point or self.there.is_point

    @property
    def place(self) -> Column:
        """What decides which rows of the other side a row of this side matches, but for its key."""
        return _place(self.here, self.width)

    @property
    def values(self) -> list[Column]:
        """The columns taken, under their names here."""
        names = enumerate(self.taken)
        return [named(f"_taken_{index}").alias(name) for index, name in names]

    @property
    def nulls(self) -> list[Column]:
        """The columns taken where there is no match."""
        types = types_of(self.other)
        return [
            F.lit(None).cast(types[there.lower()]).alias(here)
            for here, there in self.taken.items()
        ]

    def cells_here(self) -> DataFrame:
        """Return the rows of this side once for each cell."""
        somewhere = self.df.filter(self.here.is_somewhere)
        placed = somewhere.withColumn(_PLACE, self.place)
        span = _span(_PLACE, self.here.is_point)
        part = None if self.there.is_point else part_of(span)
        levels = levels_of(span, self.width, part, self.there.is_point)
        return placed.transform(_each(levels, span.is_point, _LEVEL, _BUCKET))

    def cells_there(self) -> DataFrame:
        """Return the rows of the other side once for each cell, under names that no table has."""
        keys = [named(name).alias(key_name(i)) for i, name in enumerate(self.on)]
        columns = enumerate(self.taken.values())
        values = [named(name).alias(f"_taken_{index}") for index, name in columns]
        place = _place(self.there, self.width).alias(_PLACE_THERE)
        somewhere = self.other.filter(self.there.is_somewhere)
        placed = somewhere.select(*keys, *values, place)
        span = _span(_PLACE_THERE, self.there.is_point)
        part = part_of(span) if span.is_point else None
        levels = levels_of(span, self.width, part, self.here.is_point)
        cell = _LEVEL_THERE, _BUCKET_THERE
        return placed.transform(_each(levels, span.is_point, *cell))

    def condition(self) -> Column:
        """Return whether a row of this side in a cell matches one of the other side."""
        here = _span(_PLACE, self.here.is_point)
        there = _span(_PLACE_THERE, self.there.is_point)
        keys = [matches(self.on)] if self.on else []
        same_level = named(_LEVEL) == named(_LEVEL_THERE)
        same_bucket = named(_BUCKET) == named(_BUCKET_THERE)
        is_related = related(here, there, self.relation)
        conditions = [*keys, same_level, same_bucket, is_related]
        if not self.has_point:
            cell = named(_LEVEL), named(_BUCKET)
            spans = (here, _own_level(_PLACE)), (there, _own_level(_PLACE_THERE))
            conditions.append(meets_here(*spans, cell, self.width))
        return reduce(and_, conditions)


def _place(span: Span, width: int) -> Column:
    end = F.lit(None).cast("bigint") if span.end is None else span.end
    level = level_of(span, width)
    return F.struct(span.begin.alias("begin"), end.alias("end"), level.alias("level"))


def _span(place: str, is_point: bool) -> Span:
    begin = named(place).getField("begin")
    return Span(begin) if is_point else Span(begin, named(place).getField("end"))


def _own_level(place: str) -> Column:
    return named(place).getField("level")


def _each(levels: Column, is_single: bool, level: str, bucket: str) -> Transform:
    """Give each row once for each bucket of each level."""

    def apply(rows: DataFrame) -> DataFrame:
        of_level = rows.select("*", F.posexplode(levels).alias(level, bucket))
        if is_single:
            return of_level
        return of_level.withColumn(bucket, F.explode(named(bucket)))

    return apply


def _rows(sides: _Sides, how: How) -> DataFrame:
    columns = [*map(named, sides.df.columns)]
    passes = PASSES in sides.df.columns
    if how == "anti":
        return _unmatched(sides, named(PASSES) if passes else F.lit(False))
    joined = sides.cells_here().join(sides.cells_there(), sides.condition(), "inner")
    matched = joined.select(*columns, *sides.values)
    if how == "inner" and not passes:
        return matched
    rest = _unmatched(sides, F.lit(False))
    others = rest if how == "left" else rest.filter(named(PASSES))
    return matched.unionByName(others.select(*columns, *sides.nulls))


def _unmatched(sides: _Sides, passes: Column) -> DataFrame:
    """Return the rows of this side without a match, and those that pass."""
    keys = [named(name) for name in sides.on]
    begin, end = named(_PLACE).getField("begin"), named(_PLACE).getField("end")
    there = sides.cells_there().drop(
        *[f"_taken_{i}" for i, _ in enumerate(sides.taken)]
    )
    found = sides.cells_here().join(there, sides.condition(), "left_semi")
    # Rows of one key and place match the same rows, so that these stand for a row.
    renamed = [key.alias(f"_found_{index}") for index, key in enumerate(keys)]
    places = [begin.alias(_FOUND_BEGIN), end.alias(_FOUND_END)]
    known = found.select(*renamed, *places).distinct()
    pairs = [key.eqNullSafe(named(f"_found_{index}")) for index, key in enumerate(keys)]
    pairs.append(begin.eqNullSafe(named(_FOUND_BEGIN)))
    pairs.append(end.eqNullSafe(named(_FOUND_END)))
    rows = sides.df.withColumn(_PLACE, sides.place)
    is_found = reduce(and_, [*pairs, ~passes])
    return rows.join(known, is_found, "left_anti").drop(_PLACE)


def _kinds(
    df: DataFrame, other: DataFrame, at: Names, other_at: Names
) -> tuple[list[str], list[str]]:
    """Return the types of the positions of both sides, which have one order."""
    here = _listed(at)
    there = _listed(other_at)
    require(df, here, STEP)
    require(other, there, STEP)
    types, types_there = types_of(df), types_of(other)
    kinds = [types[name.lower()].simpleString() for name in here]
    kinds_there = [types_there[name.lower()].simpleString() for name in there]
    known = dict(zip(here, kinds, strict=True))
    for name, kind in zip(there, kinds_there, strict=True):
        known[f"{name} of the other side"] = kind
    require_axis(STEP, known)
    return kinds, kinds_there


def _listed(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)
