"""Events that tell only some columns of a row: the others keep the value that an older event told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import DELETED, KEPT
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform


def filled(
    keys: Sequence[str], order_by: Sequence[str], columns: Sequence[str]
) -> Transform:
    """Give each event the values that it leaves as they were: those of the newest older event that told them.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns by which events follow each other, the one that decides first; NULL comes first.
    columns : sequence of str
        Columns that an event may leave as they were.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `keys`, `order_by`, `columns`, ``_kept`` ARRAY<STRING> and, where rows may delete, ``_deleted``
    BOOLEAN -> the same columns; ``_kept`` then names what no event has told, which is NULL.

    An event that deletes ends what was told: what comes after it begins with nothing. One shuffle and one sort, by key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, 1, "Lamp", 5, None), (1, 2, None, 4, ["name"]), (2, 1, None, 7, ["name"])]
    >>> df = frame(spark, "id int, at int, name string, stock int, _kept array<string>", rows)
    >>> df.transform(filled(["id"], ["at"], ["name", "stock"])).orderBy("id", "at").show()
    +---+---+----+-----+------+
    | id| at|name|stock| _kept|
    +---+---+----+-----+------+
    |  1|  1|Lamp|    5|  NULL|
    |  1|  2|Lamp|    4|  NULL|
    |  2|  1|NULL|    7|[name]|
    +---+---+----+-----+------+
    <BLANKLINE>
    """

    def apply(events: DataFrame) -> DataFrame:
        deletes = (
            F.coalesce(named(DELETED), F.lit(False))
            if DELETED in events.columns
            else F.lit(False)
        )
        so_far = _in_order(events, keys, order_by)
        told = {
            name: F.last(_told(name, deletes), ignorenulls=True).over(so_far)
            for name in columns
        }
        both = events.withColumns({_of(name): value for name, value in told.items()})
        values = {
            name: F.when(is_kept(name), named(_of(name))["value"]).otherwise(
                named(name)
            )
            for name in columns
        }
        unknown = F.filter(
            named(KEPT), lambda name: F.array_contains(_untold(columns), name)
        )
        marks = {KEPT: F.when(F.size(unknown) > 0, unknown)}
        return both.withColumns({**values, **marks}).select(*map(named, events.columns))

    return apply


def is_kept(name: str) -> Column:
    """Tell whether an event leaves a column as it was; never NULL."""
    return F.coalesce(F.array_contains(named(KEPT), name), F.lit(False))


def is_left(name: str, source: str) -> Column:
    """Tell whether an event leaves a column as it was, which is read from a field; never NULL."""
    return is_kept(source) & named(name).isNull()


def kept_by_contract(sources: Mapping[str, str]) -> Column:
    """Return the columns of a contract that an event leaves as they were; NULL for none.

    Parameters
    ----------
    sources : mapping of str to str
        Contract column to the field that it is read from.

    Notes
    -----
    *Columns*: needs ``_kept`` with names of fields, and the contract's. What a step has filled is told by the event.
    """
    names = [
        F.when(is_left(name, source), F.lit(name)) for name, source in sources.items()
    ]
    left = (
        F.array_compact(F.array(*names)) if names else F.array().cast("array<string>")
    )
    return F.when(F.size(left) > 0, left)


def _of(name: str) -> str:
    return f"_told_{name}"


def _told(name: str, deletes: Column) -> Column:
    """Return what an event says of a column: NULL for nothing, else a struct, so that NULL is a value too."""
    nothing = F.when(~deletes, named(name))
    return F.when(deletes | ~is_kept(name), F.struct(nothing.alias("value")))


def _untold(columns: Sequence[str]) -> Column:
    return F.array_compact(
        F.array(*[F.when(named(_of(name)).isNull(), F.lit(name)) for name in columns])
    )


def _in_order(
    events: DataFrame, keys: Sequence[str], order_by: Sequence[str]
) -> WindowSpec:
    order = [orderable_column(events, name).asc_nulls_first() for name in order_by]
    by_key = Window.partitionBy(*map(named, keys)).orderBy(*order)
    return by_key.rowsBetween(Window.unboundedPreceding, Window.currentRow)
