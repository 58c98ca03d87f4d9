"""Join a fact table with several dimensions, the most selective one first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.column_refs import named, require
from lakesmith.errors import StepError
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.lookup import Kept, join_lookup
from lakesmith.transforms.joins.timed.taken import taken_from

if TYPE_CHECKING:
    from lakesmith.transforms.joins.timed.taken import Columns

STEP = "join_star"


@dataclass(frozen=True)
class Dimension:
    """Describe a dimension of `join_star`, with the options of `join_lookup`.

    Parameters
    ----------
    other : DataFrame
    on : sequence of str
    columns : sequence of str, or mapping of str to str, optional
    how : {"left", "inner"}
    keeps : float, optional
        The share of the facts that have a match, from 0 to 1, for ``inner``.
    rows : int, optional
        How many rows it is expected to have.
    is_unique : bool

    Examples
    --------
    >>> Dimension(spark.range(1), ["id"]).how
    'left'
    """

    other: DataFrame
    on: Sequence[str]
    columns: Columns = ()
    how: Kept = "left"
    keeps: float | None = None
    rows: int | None = None
    is_unique: bool = False


def join_star(*, dimensions: Mapping[str, Dimension]) -> PlannedJoin:
    """Look up columns in several dimensions, those first that keep the fewest facts.

    Parameters
    ----------
    dimensions : mapping of str to Dimension
        By name, for the choice. Each is joined by columns that the facts have themselves.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with its choice.

    Raises
    ------
    StepError
        As `join_lookup`; LS355 for a share that is none.

    Notes
    -----
    *Columns*: needs the keys of all dimensions -> adds their columns in the order of the
    dimensions. Those of ``inner`` come before those of ``left``, which keep all facts. Of two that
    keep as many, the smaller one is first.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> lines = frame(spark, "shop int, product int", [(1, 7), (1, 8), (2, 7)])
    >>> shops = frame(spark, "shop int, city string", [(1, "Bath"), (2, "York")])
    >>> teas = frame(spark, "product int, tea string", [(7, "green")])
    >>> star = join_star(
    ...     dimensions={
    ...         "shops": Dimension(shops, ["shop"]),
    ...         "teas": Dimension(teas, ["product"], how="inner", keeps=0.1),
    ...     }
    ... )
    >>> lines.transform(star).orderBy("shop").show()
    +----+-------+----+-----+
    |shop|product|city|  tea|
    +----+-------+----+-----+
    |   1|      7|Bath|green|
    |   2|      7|York|green|
    +----+-------+----+-----+
    <BLANKLINE>
    >>> star.choice.method
    'teas, shops'
    """
    _require_shares(dimensions)
    names = sorted(dimensions, key=lambda name: _rank(dimensions[name]))
    joins = {name: _lookup(dimensions[name]) for name in names}

    def apply(df: DataFrame) -> DataFrame:
        for one in dimensions.values():
            require(df, one.on, STEP)
        joined = df
        for name in names:
            joined = joined.transform(joins[name])

        columns = [*df.columns, *_taken(dimensions)]
        return joined.select(*map(named, columns))

    choice = _choice(dimensions, joins)
    return PlannedJoin(apply, choice)


def _taken(dimensions: Mapping[str, Dimension]) -> list[str]:
    """Return the columns that the dimensions add, in the order of the dimensions."""
    taken: list[str] = []
    for one in dimensions.values():
        taken += taken_from(one.other, one.columns, one.on)

    return taken


def _choice(
    dimensions: Mapping[str, Dimension], joins: Mapping[str, PlannedJoin]
) -> JoinChoice:
    order = ", ".join(joins)
    methods = [f"{name} by {join.choice.method}" for name, join in joins.items()]
    ways = "; ".join(methods)
    estimates = {}
    for name, one in dimensions.items():
        if one.keeps is not None:
            estimates[f"{name} keeps"] = one.keeps

    return JoinChoice(STEP, order, f"most selective first: {ways}", estimates)


def _lookup(one: Dimension) -> PlannedJoin:
    return join_lookup(
        other=one.other,
        on=one.on,
        columns=one.columns,
        how=one.how,
        rows=one.rows,
        is_unique=one.is_unique,
    )


def _rank(one: Dimension) -> tuple[bool, float, float]:
    keeps = 1.0 if one.keeps is None else one.keeps
    rows = float("inf") if one.rows is None else float(one.rows)
    return one.how == "left", keeps, rows


def _require_shares(dimensions: Mapping[str, Dimension]) -> None:
    wrong = {
        name: one.keeps
        for name, one in dimensions.items()
        if one.keeps is not None and not 0 <= one.keeps <= 1
    }
    if wrong:
        listed = ", ".join(f"{name} keeps {keeps}" for name, keeps in wrong.items())
        raise StepError(
            f"step '{STEP}': a share is from 0 to 1, found {listed}",
            code="LS355",
            hint="write the share of the facts that have a match, such as 0.05",
        )
