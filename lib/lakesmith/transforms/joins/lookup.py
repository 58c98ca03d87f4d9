"""Look up columns of a table that has each key once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Literal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, named, require
from lakesmith.columns import PASSES
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.sides import fails_for_key, refuse_join_helpers
from lakesmith.transforms.joins.timed.options import require_options
from lakesmith.transforms.joins.timed.plan_size import (
    BROADCAST_BYTES,
    SmallSide,
    small_side,
)
from lakesmith.transforms.joins.timed.taken import Columns, require_sides, taken_from
from lakesmith.types import Transform

STEP = "join_lookup"
_FOUND = "_found"
_NUMBER = "_number"
Kept = Literal["left", "inner"]


def join_lookup(
    *,
    other: DataFrame,
    on: Sequence[str],
    columns: Columns = (),
    how: Kept = "left",
    rows: int | None = None,
    broadcast_bytes: int = BROADCAST_BYTES,
    is_unique: bool = False,
) -> PlannedJoin:
    """Look up columns by key, with the lookup sent to all executors when it is small.

    Parameters
    ----------
    other : DataFrame
        The lookup, with each key once.
    on : sequence of str
        Columns of the key, under the same names on both sides. A NULL in it matches nothing.
    columns : sequence of str, or mapping of str to str, optional
        Columns to take, or the name here to the name there; none named means all but the key and
        those beginning with `_`.
    how : {"left", "inner"}
        Keep all rows, or those with a match.
    rows : int, optional
        How many rows the lookup is expected to have.
    broadcast_bytes : int
        The size up to which it is sent.
    is_unique : bool
        Promise that each key is there once, which saves the check.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with its choice.

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that would be there twice; LS325 for a key of
        different types; LS355 for options out of range. Whoever reads the rows gets LS353
        for a key that the lookup has twice.

    Notes
    -----
    *Columns*: needs `on` -> adds those taken, NULL where there is no match. Row count kept for
    ``left``. When only the estimate says that the lookup is small, Spark decides by the size of
    its shuffle, so that a wrong one costs time and no memory.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> lines = frame(spark, "id int, customer int", [(1, 7), (2, 8)])
    >>> customers = frame(spark, "customer int, name string", [(7, "Ada")])
    >>> looked_up = join_lookup(other=customers, on=["customer"], columns={"who": "name"})
    >>> lines.transform(looked_up).orderBy("id").show()
    +---+--------+----+
    | id|customer| who|
    +---+--------+----+
    |  1|       7| Ada|
    |  2|       8|NULL|
    +---+--------+----+
    <BLANKLINE>
    """
    sizes = {"rows": rows, "broadcast_bytes": broadcast_bytes}
    require_options(STEP, {"on": on, **sizes})
    require(other, on, STEP)
    taken = taken_from(other, columns, on)
    side = small_side(other, rows, broadcast_bytes)

    def apply(df: DataFrame) -> DataFrame:
        require_sides(STEP, df, other, on, taken)
        refuse_join_helpers(df, taken, STEP)
        lookup = _lookup(other, on, taken, is_unique)
        joined = _joined(lookup, on, taken, how, side)
        return df.transform(joined)

    choice = JoinChoice(STEP, side.method, side.why, side.estimates)
    return PlannedJoin(apply, choice)


def key_name(position: int) -> str:
    """Return the name that a column of the key has on the other side, which no table has.

    Examples
    --------
    >>> key_name(0)
    '_on_0'
    """
    return f"_on_{position}"


def renamed_key(on: Sequence[str]) -> list[Column]:
    """Return the key of the other side under names that no table has.

    Examples
    --------
    >>> spark.range(1).select(*renamed_key(["id"]))
    DataFrame[_on_0: bigint]
    """
    keys = {key_name(index): named(name) for index, name in enumerate(on)}
    return aliased(keys)


def has_key(on: Sequence[str]) -> Column:
    """Return whether a row has a value in each column of the key.

    Examples
    --------
    >>> spark.sql("SELECT 1 AS id, CAST(NULL AS INT) AS day").filter(has_key(["id", "day"])).count()
    0
    """
    has_value = [named(name).isNotNull() for name in on]
    return reduce(and_, has_value)


def matches(on: Sequence[str]) -> Column:
    """Return the condition that the key of this side equals the renamed one of the other side.

    Examples
    --------
    >>> spark.sql("SELECT 1 AS id, 1 AS _on_0").filter(matches(["id"])).count()
    1
    """
    pairs = [named(name) == named(key_name(index)) for index, name in enumerate(on)]
    return reduce(and_, pairs)


def _lookup(
    other: DataFrame, on: Sequence[str], taken: Mapping[str, str], is_unique: bool
) -> DataFrame:
    known = other.filter(has_key(on))
    values = {here: named(there) for here, there in taken.items()}
    is_there = F.lit(True)
    rows = known.select(
        *renamed_key(on),
        *aliased(values),
        is_there.alias(_FOUND),
    )
    if is_unique:
        return rows
    return rows.transform(_each_once(on))


def _each_once(on: Sequence[str]) -> Transform:
    """Fail for a key that is there twice, in the exchange and sort that a sort-merge join needs."""
    keys = [key_name(index) for index, _ in enumerate(on)]
    of_key = Window.partitionBy(*keys)
    ordered = of_key.orderBy(*keys)
    shown = dict(zip(keys, on, strict=True))
    text = f"LS353 step '{STEP}': the lookup has a key twice: "
    failure = fails_for_key(text, shown)

    def apply(rows: DataFrame) -> DataFrame:
        number = F.row_number().over(ordered)
        numbered = rows.withColumn(_NUMBER, number)
        is_first = named(_NUMBER) == 1
        is_sound = F.when(is_first, F.lit(True)).otherwise(failure)
        checked = numbered.filter(is_sound)
        return checked.drop(_NUMBER)

    return apply


def _joined(
    lookup: DataFrame,
    on: Sequence[str],
    taken: Mapping[str, str],
    how: Kept,
    side: SmallSide,
) -> Transform:
    right = F.broadcast(lookup) if side.is_sent else lookup

    def apply(df: DataFrame) -> DataFrame:
        columns = [*df.columns, *taken]
        passes = how == "inner" and PASSES in df.columns
        if not passes:
            joined = df.join(right, matches(on), how)
            return joined.select(*map(named, columns))

        joined = df.join(right, matches(on), "left")
        is_found = named(_FOUND).isNotNull()
        kept = joined.filter(is_found | named(PASSES))
        return kept.select(*map(named, columns))

    return apply
