"""Give each row of a hot key a slot, so that its rows are spread evenly over the tasks of a join.

Spark sends a row to the task that the hash of its join key names. A slot is one more column of that
key. For each hot key the slots are chosen so that each leads to another task: random ones would
lead to some tasks twice and to others not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.sketches.bloom import key_hash
from lakesmith.transforms.joins.large.hot_keys import ROWS
from lakesmith.transforms.joins.large.keys import HOT, Key
from lakesmith.types import SCALARS, family

SALTS = "_salts"
AT_LEFT = "_at_left"
COPIED = "_copied"
# Of P tasks, 8 P tries reach 99.97 %.
TRIES = 8
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


def both_hot(left: DataFrame | None, right: DataFrame | None, key: Key) -> DataFrame:
    """Merge the hot keys of both sides, and say on which one each is spread.

    Parameters
    ----------
    left, right : DataFrame or None
        *Columns*: the key, ``_rows``. At least one of them is there.
    key : Key

    Returns
    -------
    DataFrame
        *Columns*: the key; ``_at_left`` BOOLEAN, true where the left side has no fewer rows.

    Examples
    --------
    >>> few = spark.sql("SELECT 7 AS _hot_0, 2L AS _rows")
    >>> many = spark.sql("SELECT 7 AS _hot_0, 5L AS _rows")
    >>> both_hot(few, many, Key({"k": "int"})).collect()
    [Row(_hot_0=7, _at_left=False)]
    """
    signed = []
    for side, sign in ((left, 1), (right, -1)):
        if side is not None:
            rows = F.col(ROWS) * F.lit(sign)
            signed.append(side.withColumn(ROWS, rows))

    if len(signed) == 1:
        is_left = F.col(ROWS) >= 0
        return signed[0].select(*key.names(HOT), is_left.alias(AT_LEFT))
    # Few rows; in one partition they are not shuffled.
    whole = signed[0].unionByName(signed[1]).coalesce(1)
    more = F.sum(ROWS)
    is_left = more >= 0
    by_key = whole.groupBy(*key.names(HOT))
    return by_key.agg(is_left.alias(AT_LEFT))


def with_salts(hot: DataFrame, key: Key, partitions: int) -> DataFrame:
    """Add to each hot key the slots that lead to different tasks.

    Returns
    -------
    DataFrame
        *Columns*: adds ``_salts`` ARRAY<BIGINT>.

    Notes
    -----
    The hash is that of Spark's exchange. Were it another, the rows would be spread less evenly, and
    the result would be the same.

    Examples
    --------
    >>> hot = spark.sql("SELECT 7 AS _hot_0")
    >>> salted = with_salts(hot, Key({"k": "int"}), partitions=8)
    >>> tasks = salted.selectExpr("transform(_salts, s -> pmod(hash(_hot_0, s), 8)) AS tasks")
    >>> sorted(tasks.first().tasks)
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    parts = _hashed_parts(key)
    number = F.lit(partitions)
    tasks = F.transform(
        _tries(partitions),
        lambda salt: F.pmod(F.hash(*parts, salt), number),
    )
    with_tasks = hot.withColumn("_tasks", tasks)
    # The place of a task among the tries is the first slot that leads to it.
    salts = F.transform(
        F.array_distinct("_tasks"),
        lambda task: F.array_position("_tasks", task),
    )
    limited = F.slice(salts, 1, MAX_SLOTS)
    return with_tasks.withColumn(SALTS, limited).drop("_tasks")


def _tries(partitions: int) -> Column:
    most = TRIES * min(partitions, MAX_SLOTS)
    first = F.lit(1).cast("bigint")
    last = F.lit(most).cast("bigint")
    return F.sequence(first, last)


def _hashed_parts(key: Key) -> list[Column]:
    """Return what Spark hashes of a key: of a null-safe one also whether a value is there."""
    parts: list[Column] = []
    for name in key.names(HOT):
        value = named(name)
        parts.append(value)
        if key.null_safe:
            parts.append(value.isNull())

    return parts


def mark(
    rows: DataFrame, salted: DataFrame, key: Key, side: Side, spread_here: Column
) -> DataFrame:
    """Give each row a slot, and copy the rows of keys that are spread on the other side.

    Parameters
    ----------
    rows : DataFrame
    salted : DataFrame
        The hot keys with their slots.
    key : Key
    side : Side
    spread_here : Column
        Of a hot key, whether its rows are spread on this side: each gets one of the slots. Other
        hot rows are copied to all slots.

    Returns
    -------
    DataFrame
        *Columns*: adds the slot BIGINT and the copied BOOLEAN of `side`.

    Examples
    --------
    >>> hot = spark.sql("SELECT 7 AS _hot_0, array(3L, 5L) AS _salts")
    >>> rows = spark.sql("SELECT explode(array(7, 8)) AS _on_0")
    >>> side = Side("_on_", "slot", "copied")
    >>> marked = mark(rows, hot, Key({"k": "int"}), side, spread_here=F.lit(False))
    >>> sorted(map(tuple, marked.collect()))
    [(7, 3, True), (7, 5, True), (8, 0, False)]
    """
    marks = F.broadcast(_marks(salted, key, spread_here))
    same = key.matches(side.prefix, HOT)
    marked = rows.join(marks, same, "left")
    columns = [named(name) for name in rows.columns]
    slot = _slot(rows, key, side)
    copied = is_true(named(COPIED))
    return marked.select(
        *columns,
        slot.alias(side.slot),
        copied.alias(side.copied),
    )


def _marks(salted: DataFrame, key: Key, spread_here: Column) -> DataFrame:
    """Return a row for each choice of slots that a row of a hot key has, all or each alone."""
    all_slots = F.array(SALTS)
    each_alone = F.transform(SALTS, lambda salt: F.array(salt))
    choices = F.when(spread_here, all_slots).otherwise(each_alone)
    slots = F.explode(choices)
    copied = ~spread_here
    return salted.select(
        *key.names(HOT),
        slots.alias(SALTS),
        copied.alias(COPIED),
    )


def _slot(rows: DataFrame, key: Key, side: Side) -> Column:
    number = _number(rows, key, side.prefix)
    place = F.pmod(number, F.size(SALTS)) + 1
    chosen = F.element_at(SALTS, place.cast("int"))
    is_hot = F.col(SALTS).isNotNull()
    cold = F.lit(0).cast("bigint")
    slot = F.when(is_hot, chosen)
    # What matches nothing goes anywhere, so that NULL is no hot key.
    anywhere = slot.when(key.matches_nothing(side.prefix), number)
    return anywhere.otherwise(cold)


def _number(rows: DataFrame, key: Key, prefix: str) -> Column:
    """Return a number that depends on what a row holds, so that a retry of a task repeats it."""
    of_key = key.names(prefix)
    hashed = {
        name: kind
        for name, kind in rows.dtypes
        if name not in of_key and family(kind) in SCALARS
    }
    if hashed:
        return key_hash(hashed)
    # Only the task that reads them distinguishes rows that are equal.
    task = F.spark_partition_id()
    return task.cast("bigint")
