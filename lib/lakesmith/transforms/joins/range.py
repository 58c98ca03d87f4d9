"""Join points with the intervals they lie in, and intervals with those that they overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, named, null, types_of
from lakesmith.columns import PASSES
from lakesmith.transforms.axis import span_on_axis
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.lookup import matches, renamed_key
from lakesmith.transforms.joins.sides import refuse_join_helpers
from lakesmith.transforms.joins.timed.cells import (
    in_each_cell,
    level_in,
    place_of,
    span_in,
)
from lakesmith.transforms.joins.timed.options import require_options
from lakesmith.transforms.joins.timed.related import Relation, related
from lakesmith.transforms.joins.timed.rows import by_place
from lakesmith.transforms.joins.timed.spans import (
    Span,
    levels_of,
    meets_here,
    part_of,
    span_of,
)
from lakesmith.transforms.joins.timed.taken import (
    Columns,
    Names,
    require_positions,
    require_sides,
    taken_from,
)

STEP = "join_range"
_LEVEL = "_level"
_LEVEL_THERE = "_level_there"
_BUCKET = "_bucket"
_BUCKET_THERE = "_bucket_there"
_FOUND_BEGIN = "_found_begin"
_FOUND_END = "_found_end"
_PLACE = "_place"
_PLACE_THERE = "_place_there"
_TAKEN = "_taken_"
How = Literal["inner", "left", "anti"]


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
        LS305 for a missing column; LS307 for a name that would be there twice; LS325 for a key and
        LS354 for positions of different types; LS355 for options that do not go together.

    Notes
    -----
    *Columns*: needs `on` and `at` -> adds those taken. An empty or reversed interval and a NULL
    point match nothing. NULL as begin or end is open. ``left`` reads this side twice.

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
        kinds, other_kinds = require_positions(STEP, df, other, at, other_at)
        require_sides(STEP, df, other, on, taken)
        refuse_join_helpers(df, taken, STEP)
        unit = span_on_axis(STEP, "width", width, kinds[0])
        sides = _Sides(
            df,
            other,
            tuple(on),
            taken,
            here=span_of(at, kinds),
            there=span_of(other_at, other_kinds),
            width=unit,
            relation=relation,
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
        return place_of(self.here, self.width)

    @property
    def values(self) -> list[Column]:
        """The columns taken, under their names here."""
        names = enumerate(self.taken)
        return [named(f"{_TAKEN}{place}").alias(name) for place, name in names]

    @property
    def nulls(self) -> list[Column]:
        """The columns taken where there is no match."""
        types = types_of(self.other)
        kinds = {here: types[there.lower()] for here, there in self.taken.items()}
        nulls = {here: null(kind) for here, kind in kinds.items()}
        return aliased(nulls)

    def cells_here(self) -> DataFrame:
        """Return the rows of this side once for each cell.

        *Columns*: those of this side, ``_place``, ``_level`` and ``_bucket``.
        """
        somewhere = self.df.filter(self.here.is_somewhere)
        placed = somewhere.withColumn(_PLACE, self.place)

        span = span_in(_PLACE, self.here.is_point)
        part = None if self.there.is_point else part_of(span)
        levels = levels_of(span, self.width, part, own_only=self.there.is_point)
        each = in_each_cell(levels, span.is_point, _LEVEL, _BUCKET)
        return placed.transform(each)

    def cells_there(self) -> DataFrame:
        """Return the rows of the other side once for each cell, under names that no table has.

        *Columns*: the key, those taken, ``_place_there``, ``_level_there`` and ``_bucket_there``.
        """
        keys = renamed_key(self.on)
        values = aliased(by_place(_TAKEN, self.taken.values()))
        place = place_of(self.there, self.width)
        somewhere = self.other.filter(self.there.is_somewhere)
        placed = somewhere.select(
            *keys,
            *values,
            place.alias(_PLACE_THERE),
        )

        span = span_in(_PLACE_THERE, self.there.is_point)
        part = part_of(span) if span.is_point else None
        levels = levels_of(span, self.width, part, own_only=self.here.is_point)
        each = in_each_cell(levels, span.is_point, _LEVEL_THERE, _BUCKET_THERE)
        return placed.transform(each)

    def condition(self) -> Column:
        """Return whether a row of this side in a cell matches one of the other side."""
        here = span_in(_PLACE, self.here.is_point)
        there = span_in(_PLACE_THERE, self.there.is_point)
        keys = [matches(self.on)] if self.on else []

        same_level = named(_LEVEL) == named(_LEVEL_THERE)
        same_bucket = named(_BUCKET) == named(_BUCKET_THERE)
        is_related = related(here, there, self.relation)
        conditions = [*keys, same_level, same_bucket, is_related]
        if not self.has_point:
            meets = self._meets_here(here, there)
            conditions.append(meets)

        return reduce(and_, conditions)

    def _meets_here(self, here: Span, there: Span) -> Column:
        """Return whether a pair of intervals is looked at in this cell, of all that it shares."""
        one = (here, level_in(_PLACE))
        other = (there, level_in(_PLACE_THERE))
        cell = (named(_LEVEL), named(_BUCKET))
        return meets_here(one, other, cell, self.width)


def _rows(sides: _Sides, how: How) -> DataFrame:
    has_passes = PASSES in sides.df.columns
    if how == "anti":
        passes = named(PASSES) if has_passes else F.lit(False)
        return _unmatched(sides, passes)

    matched = _matched(sides)
    if how == "inner" and not has_passes:
        return matched

    rest = _unmatched(sides, F.lit(False))
    others = rest if how == "left" else rest.filter(named(PASSES))
    columns = map(named, sides.df.columns)
    with_nulls = others.select(*columns, *sides.nulls)
    return matched.unionByName(with_nulls)


def _matched(sides: _Sides) -> DataFrame:
    """Return the rows of this side, once for each row of the other side that they match."""
    here = sides.cells_here()
    there = sides.cells_there()
    joined = here.join(there, sides.condition(), "inner")
    columns = map(named, sides.df.columns)
    return joined.select(*columns, *sides.values)


def _unmatched(sides: _Sides, passes: Column) -> DataFrame:
    """Return the rows of this side without a match, and those that pass."""
    identity = _identity(sides)
    found = _found(sides, identity)
    is_same = [one.eqNullSafe(named(name)) for name, one in identity.items()]
    is_found = reduce(and_, is_same)
    rows = sides.df.withColumn(_PLACE, sides.place)
    is_dropped = is_found & ~passes
    unmatched = rows.join(found, is_dropped, "left_anti")
    return unmatched.drop(_PLACE)


def _identity(sides: _Sides) -> dict[str, Column]:
    """Return the key and the place, since rows that share them match the same rows."""
    place = named(_PLACE)
    keys = by_place("_found_", sides.on)
    begin = place.getField("begin")
    end = place.getField("end")
    return {**keys, _FOUND_BEGIN: begin, _FOUND_END: end}


def _found(sides: _Sides, identity: Mapping[str, Column]) -> DataFrame:
    """Return the identity of the rows that have a match, each once."""
    here = sides.cells_here()
    there = sides.cells_there()
    taken = by_place(_TAKEN, sides.taken)
    cells = there.drop(*taken)
    matched = here.join(cells, sides.condition(), "left_semi")
    found = matched.select(*aliased(identity))
    return found.distinct()
