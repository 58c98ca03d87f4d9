"""Describe a right table of an as-of join, and choose its row for each row of this side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, kind_of, named, types_of
from lakesmith.transforms.axis import distance, position
from lakesmith.transforms.joins.sides import fails_for_key
from lakesmith.transforms.joins.timed.rows import (
    AFTER,
    AT,
    BEFORE,
    Layout,
    by_place,
    fields_by_place,
    right_rows,
    row_name,
)
from lakesmith.transforms.keys.orderable import orderable

if TYPE_CHECKING:
    from lakesmith.transforms.joins.timed.taken import Columns

Direction = Literal["backward", "forward", "nearest"]
OnTie = Literal["error", "greatest"]
BACKWARD = "backward"
FORWARD = "forward"
STEP = "join_as_of"


@dataclass(frozen=True)
class AsOf:
    """Describe a right table of `join_as_of_many`, with the options of `join_as_of`.

    Parameters
    ----------
    other : DataFrame
    columns : sequence of str, or mapping of str to str, optional
    at : str, optional
        Its time, where it has another name than on the left.
    direction : {"backward", "forward", "nearest"}
    allow_exact : bool
    max_staleness : str, optional
    available_at : str, optional
    tie_breakers : sequence of str
    on_tie : {"error", "greatest"}

    Examples
    --------
    >>> AsOf(spark.range(1), at="id").direction
    'backward'
    """

    other: DataFrame
    columns: Columns = ()
    at: str | None = None
    direction: Direction = "backward"
    allow_exact: bool = False
    max_staleness: str | None = None
    available_at: str | None = None
    tie_breakers: Sequence[str] = ()
    on_tie: OnTie = "error"


@dataclass(frozen=True)
class RightTable:
    """Hold a right table whose columns are known to be there.

    Parameters
    ----------
    index : int
        Its number among the tables of the join.
    spec : AsOf
    at : str
        Its time.
    taken : mapping of str to str
        The name here to the column there.
    staleness : int, optional
        As a number of positions.
    """

    index: int
    spec: AsOf
    at: str
    taken: Mapping[str, str]
    staleness: int | None = None

    @property
    def passes(self) -> tuple[str, ...]:
        """The directions in which rows are looked through."""
        if self.spec.direction == "nearest":
            return (BACKWARD, FORWARD)
        return (self.spec.direction,)

    @property
    def row(self) -> Column:
        """The struct of a row of this table in the union, NULL for rows of others."""
        return named(row_name(self.index))

    def found(self, direction: str) -> str:
        """Return the column of the row that is chosen in a direction."""
        return f"_{direction}_{self.index}"

    @property
    def before(self) -> str:
        """The column of the row of this table that stands before one of it."""
        return f"_before_{self.index}"

    def rows(self, layout: Layout) -> DataFrame:
        """Return its rows as the union holds them.

        *Columns*: those of `right_rows`, with a struct of the position, the order and the columns
        taken.
        """
        other = self.spec.other
        place = self._place()
        at = self._position(self.at)
        fields = {"at": at, **self._order, **self._values}
        return right_rows(other, layout, self.index, place, fields)

    def order(self, row: Column) -> Column:
        """Return what decides which of two rows is newer, NULL for no row."""
        at = row.getField("at")
        breakers = self.breakers(row)
        order = F.struct(at, *breakers)
        return F.when(row.isNotNull(), order)

    def breakers(self, row: Column) -> list[Column]:
        """Return what decides between two rows of one time."""
        fields = [row.getField(name) for name in self._order]
        if self.spec.on_tie == "error":
            return fields
        values = self._comparable(row)
        return [*fields, *values]

    def nearer(self, later: Column, earlier: Column) -> Column:
        """Return the one of two rows that is chosen, either of which may be missing.

        Parameters
        ----------
        later, earlier : Column
            The rows in the order in which they are looked through.
        """
        known = F.coalesce(later, earlier)
        if not self.spec.available_at:
            return known

        # A row that became known later may be the older one.
        is_older = self.order(earlier) > self.order(later)
        both = later.isNotNull() & earlier.isNotNull()
        return F.when(both & is_older, earlier).otherwise(known)

    def unless_tied(self, on: Mapping[str, str]) -> Column:
        """Return true, or fail where a row and the one before it are tied and differ.

        Parameters
        ----------
        on : mapping of str to str
            Columns of the key in the union to their names.
        """
        before = named(self.before)
        order = self.order(self.row)
        order_before = self.order(before)
        same_order = order.eqNullSafe(order_before)
        values = self._values_of(self.row)
        values_before = self._values_of(before)
        differs = values != values_before
        is_row = self.row.isNotNull()
        is_tied = is_row & same_order & differs

        surely_tied = is_true(is_tied)
        what = f"LS351 step '{STEP}': two different rows have the same time and order"
        names = ", ".join(self.taken)
        failure = fails_for_key(f"{what}, of {self.at} {names}: ", on)
        return F.when(surely_tied, failure).otherwise(F.lit(True))

    def _values_of(self, row: Column) -> Column:
        values = self._comparable(row)
        return F.struct(F.lit(0), *values)

    def chosen(self) -> Column:
        """Return the row that is chosen, NULL where it is too old."""
        rows = [named(self.found(direction)) for direction in self.passes]
        row = rows[0] if len(rows) == 1 else _nearer(*rows)
        if self.staleness is None:
            return row
        is_fresh = _age(row) <= self.staleness
        return F.when(is_fresh, row)

    def shown(self) -> list[Column]:
        """Return the columns taken of the chosen row."""
        return fields_by_place(self.chosen(), "v", self.taken)

    @property
    def _order(self) -> dict[str, Column]:
        values = [named(name) for name in self.spec.tie_breakers]
        if self.spec.available_at:
            values.insert(0, self._available)
        return {f"o{index}": value for index, value in enumerate(values)}

    @property
    def _values(self) -> dict[str, Column]:
        return by_place("v", self.taken.values())

    def _comparable(self, row: Column) -> list[Column]:
        types = types_of(self.spec.other)
        columns = []
        for index, name in enumerate(self.taken.values()):
            kind = types[name.lower()]
            value = row.getField(f"v{index}")
            columns.append(orderable(value, kind))

        return columns

    def _position(self, name: str) -> Column:
        kind = kind_of(self.spec.other, name)
        return position(named(name), kind)

    @property
    def _available(self) -> Column:
        return self._position(self.spec.available_at or self.at)

    def _place(self) -> tuple[Column, Column]:
        """Return from where on a row may be chosen, and whether at that position already."""
        at = self._position(self.at)
        order = BEFORE if self.spec.allow_exact else AFTER
        side = F.lit(order)
        if not self.spec.available_at:
            return at, side

        known = self._available
        has_both = known.isNotNull() & at.isNotNull()
        seen = F.when(has_both, F.greatest(at, known))
        is_late = known > at
        side_seen = F.when(is_late, F.lit(BEFORE)).otherwise(side)
        return seen, side_seen


def _age(row: Column) -> Column:
    """Return how far a row is away."""
    at = row.getField("at")
    here = named(AT)
    back = distance(at, here)
    ahead = distance(here, at)
    return F.when(at <= here, back).otherwise(ahead)


def _nearer(back: Column, ahead: Column) -> Column:
    """Return the nearer one of two rows, the earlier one of two at one distance."""
    is_ahead = _age(ahead) < _age(back)
    return F.when(is_ahead | back.isNull(), ahead).otherwise(back)
