"""Check the right tables of an as-of join against this side."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame

from lakesmith.column_refs import kind_of, require
from lakesmith.errors import StepError
from lakesmith.transforms.axis import require_axis, span_on_axis
from lakesmith.transforms.joins.timed.right_table import STEP, AsOf, RightTable
from lakesmith.transforms.joins.timed.taken import require_sides, taken_from


def right_tables(
    df: DataFrame, others: Sequence[AsOf], on: Sequence[str], at: str, kind: str
) -> list[RightTable]:
    """Return the right tables, whose columns are there and go with this side.

    Parameters
    ----------
    df : DataFrame
    others : sequence of AsOf
    on : sequence of str
    at : str
        The time of this side.
    kind : str
        Its type.

    Raises
    ------
    StepError
        LS305, LS307 or LS354.

    Examples
    --------
    >>> asked = spark.sql("SELECT 1 AS id, 5 AS at")
    >>> prices = spark.sql("SELECT 1 AS id, 4 AS at, 9 AS price")
    >>> [one.taken for one in right_tables(asked, [AsOf(prices)], ["id"], "at", "int")]
    [{'price': 'price'}]
    """
    tables = []
    names: list[str] = []
    for index, one in enumerate(others):
        table = _right_table(index, one, on, at, kind)
        _require_table(df, table, on, at, kind)
        tables.append(table)
        names += table.taken
    _refuse_shared(names)
    return tables


def _right_table(
    index: int, one: AsOf, on: Sequence[str], at: str, kind: str
) -> RightTable:
    time = one.at or at
    times = _times(one, time)
    require(one.other, [*times, *one.tie_breakers], STEP)
    left_out = [*on, *times]
    taken = taken_from(one.other, one.columns, left_out)
    staleness = _staleness(one, kind)
    return RightTable(index, one, time, taken, staleness)


def _times(one: AsOf, time: str) -> list[str]:
    """Return the columns of a right table that are times."""
    if one.available_at:
        return [time, one.available_at]
    return [time]


def _staleness(one: AsOf, kind: str) -> int | None:
    if one.max_staleness is None:
        return None
    return span_on_axis(STEP, "max_staleness", one.max_staleness, kind)


def _require_table(
    df: DataFrame, table: RightTable, on: Sequence[str], at: str, kind: str
) -> None:
    other = table.spec.other
    times = _times(table.spec, table.at)
    kinds = {at: kind}
    for name in times:
        shown = f"{name} of the other side"
        kinds[shown] = kind_of(other, name)

    require_axis(STEP, kinds)
    require_sides(STEP, df, other, on, table.taken)


def _refuse_shared(names: Sequence[str]) -> None:
    lowered = [name.lower() for name in names]
    shared = sorted({name for name in lowered if lowered.count(name) > 1})
    if shared:
        raise StepError(
            f"step '{STEP}': two tables give columns of one name: {', '.join(shared)}",
            code="LS307",
            hint="give them other names here, as in columns: {name here: name there}",
        )
