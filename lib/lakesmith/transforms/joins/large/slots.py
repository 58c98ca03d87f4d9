"""Give each row of a hot key a slot, so that its rows are spread evenly over the tasks of a join.

Spark sends a row to the task that the hash of its join key names. A slot is one more column of that
key. For each hot key the slots are chosen so that each leads to another task: random ones would
lead to some tasks twice and to others not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sketches.bloom import key_hash
from lakesmith.transforms.joins.large.hot_keys import HOT, ROWS
from lakesmith.transforms.joins.large.keys import Kinds, has_null, is_match, key_names
from lakesmith.types import SCALARS, family

SALTS = "_salts"
AT_LEFT = "_at_left"
COPIED = "_copied"
# Of P tasks, 4 P tries reach 98 %.
TRIES = 4
MAX_SLOTS = 1024


@dataclass(frozen=True)
class Side:
    """Name one side of a join.

    Parameters
    ----------
    prefix : str
        Its names of the key begin so.
    slot, copied : str
        The columns for the slot, and for whether a row is one of several copies.
    """

    prefix: str
    slot: str
    copied: str


def both_hot(
    left: DataFrame | None, right: DataFrame | None, kinds: Kinds
) -> DataFrame:
    """Merge the hot keys of both sides, and say on which one each is spread.

    Parameters
    ----------
    left, right : DataFrame or None
        *Columns*: the key, ``_rows``. At least one of them is there.
    kinds : mapping of str to str

    Returns
    -------
    DataFrame
        *Columns*: the key; ``_at_left`` BOOLEAN, true where the left side has no fewer rows.
    """
    names = key_names(kinds, HOT)
    if left is None and right is not None:
        return right.select(*names, F.lit(False).alias(AT_LEFT))
    if right is None and left is not None:
        return left.select(*names, F.lit(True).alias(AT_LEFT))
    if left is None or right is None:
        raise ValueError("no side has hot keys")
    signed = F.negate(F.col(ROWS)).alias(ROWS)
    both = left.select(*names, ROWS).union(right.select(*names, signed))
    more = F.sum(ROWS) >= 0
    return both.groupBy(*names).agg(more.alias(AT_LEFT))


def with_salts(
    hot: DataFrame, kinds: Kinds, partitions: int, null_safe: bool
) -> DataFrame:
    """Add to each hot key the slots that lead to different tasks.

    Returns
    -------
    DataFrame
        *Columns*: adds ``_salts`` ARRAY<BIGINT>.

    Notes
    -----
    The hash is that of Spark's exchange. Were it another, the rows would be spread less evenly, and
    the result would be the same.
    """
    parts: list[Column] = []
    for name in key_names(kinds, HOT):
        value = named(name)
        # Spark compares a null-safe key by its value and by whether it is there.
        parts += [value, value.isNull()] if null_safe else [value]
    one = F.lit(1).cast("bigint")
    most = TRIES * min(partitions, MAX_SLOTS)
    tries = F.sequence(one, F.lit(most).cast("bigint"))
    tasks = F.transform(
        tries,
        lambda salt: F.pmod(F.hash(*parts, salt), F.lit(partitions)),
    )
    with_tasks = hot.withColumn("_tasks", tasks)
    # The place of a task among the tries is the first slot that leads to it.
    salts = F.transform(
        F.array_distinct("_tasks"),
        lambda task: F.array_position("_tasks", task),
    )
    limited = F.slice(salts, 1, MAX_SLOTS)
    return with_tasks.withColumn(SALTS, limited).drop("_tasks")


def mark(
    rows: DataFrame,
    salted: DataFrame,
    kinds: Kinds,
    side: Side,
    spread_here: Column,
    null_safe: bool,
) -> DataFrame:
    """Give each row a slot, and copy the rows of keys that are spread on the other side.

    Parameters
    ----------
    rows : DataFrame
    salted : DataFrame
        The hot keys with their slots.
    kinds : mapping of str to str
    side : Side
    spread_here : Column
        Of a hot key, whether its rows are spread on this side: each gets one of the slots. Other
        hot rows are copied to all slots.
    null_safe : bool

    Returns
    -------
    DataFrame
        *Columns*: adds the slot BIGINT and the copied BOOLEAN of `side`.
    """
    each_alone = F.transform(SALTS, lambda salt: F.array(salt))
    choices = F.when(spread_here, F.array(SALTS)).otherwise(each_alone)
    marks = salted.select(
        *key_names(kinds, HOT),
        F.explode(choices).alias(SALTS),
        (~spread_here).alias(COPIED),
    )
    same = is_match(kinds, side.prefix, HOT, null_safe)
    marked = rows.join(F.broadcast(marks), same, "left")
    number = _number(rows, kinds, side.prefix)
    place = F.pmod(number, F.size(SALTS)) + 1
    chosen = F.element_at(SALTS, place.cast("int"))
    slot = F.when(F.col(SALTS).isNotNull(), chosen)
    # What matches nothing goes anywhere, so that NULL is no hot key.
    nowhere = slot.when(has_null(kinds, side.prefix, null_safe), number)
    cold = F.lit(0).cast("bigint")
    columns = [named(name) for name in rows.columns]
    return marked.select(
        *columns,
        nowhere.otherwise(cold).alias(side.slot),
        F.coalesce(COPIED, F.lit(False)).alias(side.copied),
    )


def _number(rows: DataFrame, kinds: Kinds, prefix: str) -> Column:
    """Return a number that depends on what a row holds, so that a retry of a task repeats it."""
    keys = {*key_names(kinds, prefix), *(name.lower() for name in kinds)}
    types = dict(rows.dtypes)
    hashed = {
        name: kind
        for name, kind in types.items()
        if name.lower() not in keys and family(kind) in SCALARS
    }
    if hashed:
        return key_hash(hashed)
    # Rows that are equal can be told apart only by the task that reads them.
    task = F.spark_partition_id()
    return task.cast("bigint")
