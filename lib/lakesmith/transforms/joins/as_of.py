"""Join the newest row of another table as it was at the time of a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import kind_of, named, require
from lakesmith.transforms.axis import position, span_on_axis
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.timed.follow import follow
from lakesmith.transforms.joins.timed.options import require_options
from lakesmith.transforms.joins.timed.right_table import (
    BACKWARD,
    FORWARD,
    STEP,
    AsOf,
    Direction,
    OnTie,
    RightTable,
)
from lakesmith.transforms.joins.timed.right_tables import right_tables
from lakesmith.transforms.joins.timed.rows import (
    HERE,
    SIDE,
    Layout,
    left_columns,
    left_rows,
)

# Types of options are read at run time, to check those of a spec.
from lakesmith.transforms.joins.timed.taken import Columns  # noqa: TC001
from lakesmith.types import Transform

__all__ = ["AsOf", "join_as_of", "join_as_of_many"]

# A key with more rows is cut in parts of about so many.
ROWS_OF_A_PART = 2_000_000


def join_as_of(
    *,
    other: DataFrame,
    on: Sequence[str],
    at: str,
    other_at: str | None = None,
    columns: Columns = (),
    direction: Direction = "backward",
    allow_exact: bool = False,
    max_staleness: str | None = None,
    available_at: str | None = None,
    tie_breakers: Sequence[str] = (),
    on_tie: OnTie = "error",
    hot_key_rows: int | None = None,
    hot_key_span: str | None = None,
) -> PlannedJoin:
    """Join the newest row of another table before the time of a row, in one exchange and one sort.

    Parameters
    ----------
    other : DataFrame
    on : sequence of str
        Columns of the key, under the same names on both sides. A NULL in it matches nothing.
    at : str
        The time of a row of this side.
    other_at : str, optional
        The time on the other side, where it has another name.
    columns : sequence of str, or mapping of str to str, optional
        Columns to take, or the name here to the name there; none named means all but the key, the
        times and those beginning with `_`.
    direction : {"backward", "forward", "nearest"}
        The newest row before, the first one after, or the nearer of both, and the earlier one of
        two at the same distance.
    allow_exact : bool
        Whether a row at the very time counts.
    max_staleness : str, optional
        How far the chosen row may be away, such as ``36h``. A row that is too old is not replaced
        by another one. Between whole numbers it is a number.
    available_at : str, optional
        When a row of the other side became known. A row counts only from then on.
    tie_breakers : sequence of str
        Columns of the other side that order its rows of one time, the greatest being the newest.
    on_tie : {"error", "greatest"}
        What rows are that are still tied and differ in the columns taken. The greatest is that
        with the greatest values, the first column first.
    hot_key_rows : int, optional
        About how many rows the most frequent key has on both sides.
    hot_key_span : str, optional
        About how long these rows are spread, such as ``365d``. With both, a key of more than two
        million rows is cut in parts along the time.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with its choice.

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that would be there twice; LS325 for a key and
        LS354 for times of different types; LS355 for options that do not go together. Whoever
        reads the rows gets LS351 for a tie.

    Notes
    -----
    *Columns*: needs `on` and `at` -> adds those taken, all of one row or all NULL. Row count kept,
    duplicates, NULL keys and NULL times included. ``nearest`` takes two sorts.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> asked = frame(spark, "shop string, at int", [("a", 4), ("a", 5), ("b", 5)])
    >>> prices = frame(spark, "shop string, at int, price int", [("a", 3, 30), ("a", 5, 50)])
    >>> asked.transform(join_as_of(other=prices, on=["shop"], at="at")).orderBy("shop", "at").show()
    +----+---+-----+
    |shop| at|price|
    +----+---+-----+
    |   a|  4|   30|
    |   a|  5|   30|
    |   b|  5| NULL|
    +----+---+-----+
    <BLANKLINE>
    """
    table = AsOf(
        other,
        columns,
        other_at,
        direction,
        allow_exact,
        max_staleness,
        available_at,
        tuple(tie_breakers),
        on_tie,
    )
    return join_as_of_many(
        others=[table],
        on=on,
        at=at,
        hot_key_rows=hot_key_rows,
        hot_key_span=hot_key_span,
    )


def join_as_of_many(
    *,
    others: Sequence[AsOf],
    on: Sequence[str],
    at: str,
    hot_key_rows: int | None = None,
    hot_key_span: str | None = None,
) -> PlannedJoin:
    """Join the newest row of each of several tables, in one exchange and one sort for all.

    Parameters
    ----------
    others : sequence of AsOf
    on : sequence of str
        Columns of the key, under the same names on all sides.
    at : str
        The time of a row of this side, and of the others where they name none.
    hot_key_rows : int, optional
        About how many rows the most frequent key has on all sides.
    hot_key_span : str, optional
        About how long these rows are spread.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with its choice.

    Raises
    ------
    StepError
        As `join_as_of`.

    Notes
    -----
    *Columns*: needs `on` and `at` -> adds those taken of each table. Tables that look forward take
    a sort of their own, all of them one.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> asked = frame(spark, "shop string, at int", [("a", 4)])
    >>> prices = frame(spark, "shop string, at int, price int", [("a", 3, 30)])
    >>> staff = frame(spark, "shop string, since int, people int", [("a", 1, 7), ("a", 4, 8)])
    >>> both = join_as_of_many(others=[AsOf(prices), AsOf(staff, at="since")], on=["shop"], at="at")
    >>> asked.transform(both).show()
    +----+---+-----+------+
    |shop| at|price|people|
    +----+---+-----+------+
    |   a|  4|   30|     7|
    +----+---+-----+------+
    <BLANKLINE>
    """
    hot = {"hot_key_rows": hot_key_rows, "hot_key_span": hot_key_span}
    for one in others:
        options = {**vars(one), "other": None, "on": on}
        require_options(STEP, options | hot)

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*on, at], STEP)
        kind = kind_of(df, at)
        tables = right_tables(df, others, on, at, kind)
        width = _width(kind, hot_key_rows, hot_key_span)
        layout = Layout(tuple(on), width)

        here = position(named(at), kind)
        both = _union(df, layout, here, tables)
        followed = both.transform(_followed(layout, tables))
        is_left = _only_left(layout, tables)
        rows = followed.filter(is_left)

        kept = left_columns(df.columns)
        taken = [column for one in tables for column in one.shown()]
        return rows.select(*kept, *taken)

    choice = _choice(hot_key_rows, hot_key_span)
    return PlannedJoin(apply, choice)


def _choice(rows: int | None, span: str | None) -> JoinChoice:
    if rows is None:
        return JoinChoice(STEP, "union", "no key is known to be frequent")
    estimates = {"rows of the most frequent key": float(rows)}
    if rows <= ROWS_OF_A_PART:
        why = f"no key has more than {ROWS_OF_A_PART:,} rows"
        return JoinChoice(STEP, "union", why, estimates)
    if span is None:
        why = "a frequent key cannot be cut, as hot_key_span is not given"
        return JoinChoice(STEP, "union", why, estimates)
    why = f"a key is cut in parts of about {ROWS_OF_A_PART:,} rows along the time"
    return JoinChoice(STEP, "union in parts", why, estimates)


def _width(kind: str, rows: int | None, span: str | None) -> int | None:
    if rows is None or span is None or rows <= ROWS_OF_A_PART:
        return None
    spread = span_on_axis(STEP, "hot_key_span", span, kind)
    width = spread * ROWS_OF_A_PART // rows
    return max(1, width)


def _union(
    df: DataFrame, layout: Layout, at: Column, tables: Sequence[RightTable]
) -> DataFrame:
    both = left_rows(df, layout, at)
    for one in tables:
        rows = one.rows(layout)
        both = both.unionByName(rows, allowMissingColumns=True)

    return both


def _followed(layout: Layout, tables: Sequence[RightTable]) -> Transform:
    """Look through the rows in each direction that a table asks for."""

    def apply(both: DataFrame) -> DataFrame:
        for direction in (BACKWARD, FORWARD):
            looking = [one for one in tables if direction in one.passes]
            if looking:
                both = both.transform(follow(layout, direction, looking))

        return both

    return apply


def _only_left(layout: Layout, tables: Sequence[RightTable]) -> Column:
    """Return whether a row is of this side; it fails for a tie of the other ones."""
    on = dict(zip(layout.keys, layout.on, strict=True))
    checked = [one for one in tables if one.spec.on_tie == "error"]
    checks = [one.unless_tied(on) for one in checked]
    is_sound = reduce(and_, checks, F.lit(True))

    is_left = named(SIDE) == HERE
    return F.when(is_left, F.lit(True)).otherwise(~is_sound)
