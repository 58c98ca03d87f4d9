"""Complete events that hold only some columns of a row by the values of older events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named, null
from lakesmith.columns import DELETED, KEPT
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform

_LAST = "_last_at_once"


def filled(
    keys: Sequence[str],
    order_by: Sequence[str],
    columns: Sequence[str],
    one_at: str | None = None,
) -> Transform:
    """Give each event the values that it leaves as they were.

    They are those of the newest older event that holds them.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns by which events follow each other, the one that decides first; NULL comes first.
    columns : sequence of str
        Columns that an event may leave as they were.
    one_at : str, optional
        First column of `order_by`. Of the events with one value of it only the last is given back,
        which has the values of all.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `keys`, `order_by`, `columns`, ``_kept`` ARRAY<STRING> and, where rows may
    delete, ``_deleted`` BOOLEAN -> the same columns; ``_kept`` then names what no event holds,
    which is NULL.

    After an event that deletes, all values are unknown. One shuffle and one sort, by key.

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
        deletes = F.lit(False)

        if DELETED in events.columns:
            deletes = is_true(named(DELETED))

        so_far = _in_order(events, keys, order_by)
        newest = {
            _newest(name): F.last(_held(name, deletes), ignorenulls=True).over(so_far)
            for name in columns
        }

        values = {name: _completed(name) for name in columns}
        marks = {_LAST: _is_last(events, keys, order_by, one_at)} if one_at else {}
        completed = events.withColumns({**newest, **marks}).withColumns(
            {**values, KEPT: _still_kept(columns)}
        )
        kept = completed.filter(named(_LAST)) if one_at else completed

        return kept.select(*map(named, events.columns))

    return apply


def is_kept(name: str) -> Column:
    """Return whether an event leaves a column as it was, never NULL.

    Examples
    --------
    >>> df = spark.sql("SELECT array('a') AS _kept")
    >>> df.select(is_kept("a").alias("a"), is_kept("b").alias("b")).first()
    Row(a=True, b=False)
    """
    names = named(KEPT)
    return is_true(F.array_contains(names, name))


def is_left(name: str, source: str) -> Column:
    """Return whether an event leaves a column as it was which is read from a field, never NULL."""
    is_empty = named(name).isNull()
    return is_kept(source) & is_empty


def kept_by_contract(sources: Mapping[str, str]) -> Column:
    """Return the columns of a contract that an event leaves as they were, NULL for none.

    Parameters
    ----------
    sources : mapping of str to str
        Contract column to the field that it is read from.

    Notes
    -----
    *Columns*: needs ``_kept`` with names of fields, and the contract's. A column that a step has
    filled is not left.

    Examples
    --------
    >>> df = spark.sql("SELECT NULL AS price, 5 AS stock, array('Price', 'Stock') AS _kept")
    >>> kept = kept_by_contract({"price": "Price", "stock": "Stock"})
    >>> df.select(kept.alias("kept")).first().kept
    ['price']
    """
    if not sources:
        return null("array<string>")

    names = [
        F.when(is_left(name, source), F.lit(name)) for name, source in sources.items()
    ]
    left = F.array_compact(F.array(*names))

    return F.when(F.size(left) > 0, left)


def _is_last(
    events: DataFrame, keys: Sequence[str], order_by: Sequence[str], one_at: str
) -> Column:
    """Return whether no event of a key and instant follows an event."""
    at_once = Window.partitionBy(*map(named, keys), named(one_at))
    following = F.lead(F.lit(True)).over(at_once.orderBy(*_order(events, order_by)))
    return following.isNull()


def _newest(name: str) -> str:
    return f"_newest_{name}"


def _held(name: str, deletes: Column) -> Column:
    """Return the value that an event holds in a struct, so that NULL is a value, else NULL."""
    value = F.when(~deletes, named(name))
    is_held = deletes | ~is_kept(name)

    return F.when(is_held, F.struct(value.alias("value")))


def _completed(name: str) -> Column:
    newest = named(_newest(name))["value"]
    return F.when(is_kept(name), newest).otherwise(named(name))


def _still_kept(columns: Sequence[str]) -> Column:
    """Return the kept columns that no older event holds, NULL for none."""
    unknown = []

    for name in columns:
        has_value = named(_newest(name)).isNotNull()
        unknown.append(F.when(~has_value, F.lit(name)))

    names = F.array_compact(F.array(*unknown))
    kept = F.filter(named(KEPT), lambda name: F.array_contains(names, name))
    has_kept = F.size(kept) > 0

    return F.when(has_kept, kept)


def _in_order(
    events: DataFrame, keys: Sequence[str], order_by: Sequence[str]
) -> WindowSpec:
    by_key = Window.partitionBy(*map(named, keys))
    in_order = by_key.orderBy(*_order(events, order_by))

    return in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)


def _order(events: DataFrame, order_by: Sequence[str]) -> list[Column]:
    return [orderable_column(events, name).asc_nulls_first() for name in order_by]
