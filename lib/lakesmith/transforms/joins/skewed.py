"""Join frames of which a few keys have most of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.transforms.joins.choice import PlannedJoin
from lakesmith.transforms.joins.large.declared import (
    Declared,
    HotKeys,
    read_declared,
    texts_of,
)
from lakesmith.transforms.joins.large.hot_keys import (
    MIN_ROWS,
    MOST,
    ROWS,
    Heat,
    is_counted,
    measured,
)
from lakesmith.transforms.joins.large.keys import LEFT, RIGHT, Key, common_key
from lakesmith.transforms.joins.large.passing import join_passing
from lakesmith.transforms.joins.large.salted import How, Salting
from lakesmith.transforms.joins.large.skew_choice import (
    SPLIT,
    STEP,
    TO_SPARK,
    Known,
    choose,
)
from lakesmith.transforms.joins.sides import refuse_join_helpers, require_taken
from lakesmith.transforms.joins.spark_limits import (
    join_tasks,
    read_limits,
    row_bytes,
)

__all__ = ["HotKeys", "find_hot_keys", "join_skewed"]

Given = HotKeys | Declared


def join_skewed(
    *,
    other: DataFrame,
    on: Sequence[str],
    how: How = "left",
    columns: Sequence[str] = (),
    null_safe: bool = False,
    hot_keys: Given | None = None,
    other_hot_keys: Given | None = None,
    other_rows: int | None = None,
    other_is_unique: bool = False,
    min_rows: int = MIN_ROWS,
    partitions: int | None = None,
) -> PlannedJoin:
    """Join with another frame so that no task gets all rows of a frequent key.

    Parameters
    ----------
    other : DataFrame
    on : sequence of str
        Columns of the key, under the same names on both sides.
    how : {"left", "inner", "right", "full", "semi", "anti"}
    columns : sequence of str
        Columns to take from `other`; none named means all but the key and those beginning with `_`.
    null_safe : bool
        Whether a NULL key matches a NULL key.
    hot_keys, other_hot_keys : HotKeys or sequence, optional
        The keys that many rows of this side and of `other` have, as `find_hot_keys` returns them or
        as values. An empty sequence says that no key has. Without them they are found by a sketch
        within the plan, when the join runs.
    other_rows : int, optional
        Rows of `other`, where they are known: a small one is left to Spark, which sends it to every
        worker.
    other_is_unique : bool
        Whether `other` has one row for each key. Its rows for hot keys are then sent to every
        worker, so that the rows of hot keys enter no shuffle.
    min_rows : int
        A key with fewer rows is not hot.
    partitions : int, optional
        Tasks of the join; Spark's setting without it.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with the choice.

    Raises
    ------
    StepError
        LS305 when a name is not there; LS307 for two columns of one name; LS325 for keys of
        different types or collations; LS326 for a hot key that the key cannot have.

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds `columns` but for semi and anti. The key of a right
    or full join is that of the side that has the row.

    Rows of a hot key get a slot each, by a hash of all columns of their side, and the rows of the
    other side are copied to all slots. With `other_is_unique` they are joined by broadcast instead.
    The result is that of the plain join, whatever keys are called hot, and whether the rows of
    `other` are unique or not. Rows whose NULL key matches nothing are spread, too.

    Finding hot keys reads the key of a side once more, and a key of several columns twice. Hot keys
    that are given are looked up once more where they decide whether a row has a match: those of
    this side in a right and full join, those of `other` in all but right and inner joins.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> lines = frame(spark, "id int, customer int", [(1, 7), (2, 7), (3, 7), (4, 8), (5, None)])
    >>> customers = frame(spark, "customer int, country string", [(7, "UK"), (9, "FR")])
    >>> given = {"hot_keys": [7], "other_hot_keys": [], "partitions": 4}
    >>> planned = join_skewed(other=customers, on=["customer"], how="full", **given)
    >>> lines.transform(planned).orderBy("id", "customer").show()
    +----+--------+-------+
    |  id|customer|country|
    +----+--------+-------+
    |NULL|       9|     FR|
    |   1|       7|     UK|
    |   2|       7|     UK|
    |   3|       7|     UK|
    |   4|       8|   NULL|
    |   5|    NULL|   NULL|
    +----+--------+-------+
    <BLANKLINE>
    >>> print(planned.choice)
    join_skewed: salted, the hot keys are given (hot keys 1, tasks 4)
    """
    session = other.sparkSession
    heat = Heat(partitions or join_tasks(session), min_rows)
    if other_is_unique:
        other_hot_keys = ()
    known = Known(
        how,
        heat.partitions,
        hot=_number(hot_keys),
        other_hot=_number(other_hot_keys),
        other_bytes=_bytes(other, other_rows),
        strange=_strange(other, on),
        is_unique=other_is_unique,
    )
    choice = choose(known, read_limits(session))
    adds_columns = how not in ("semi", "anti")

    def apply(df: DataFrame) -> DataFrame:
        key = common_key(df, other, on, STEP, null_safe)
        taken: list[str] = []
        if adds_columns:
            taken = require_taken(df, other, on, columns, STEP)
        refuse_join_helpers(df, taken, STEP)

        left = key.renamed_in(df, LEFT)
        right = key.other_side(other, taken)
        hot = _read(hot_keys, key)
        other_hot = _read(other_hot_keys, key)
        plan = Salting(key, how, heat, hot, other_hot, choice.method == SPLIT)
        if choice.method == TO_SPARK:
            plan = _plain(plan, on)

        joined = join_passing(left, right, plan)

        sides = (LEFT, RIGHT) if how in ("right", "full") else (LEFT,)
        of_this = key.given_back(df, sides)
        added = map(named, taken)
        return joined.select(*of_this, *added)

    return PlannedJoin(apply, choice)


def find_hot_keys(
    df: DataFrame,
    on: Sequence[str],
    *,
    null_safe: bool = False,
    min_rows: int = MIN_ROWS,
    partitions: int | None = None,
    most: int = MOST,
) -> HotKeys:
    """Find the keys that many rows of a frame have, to give them to later joins.

    Parameters
    ----------
    df : DataFrame
    on : sequence of str
    null_safe : bool
        Whether a NULL key matches a NULL key; else it is no hot key.
    min_rows : int
        A key with fewer rows is not hot.
    partitions : int, optional
        Tasks of the join; Spark's setting without it. A key is hot from a tenth of a task on.
    most : int
        So many keys are collected at most.

    Returns
    -------
    HotKeys
        Its counts are estimates, its `total` is exact.

    Raises
    ------
    StepError
        LS305 when a name is not there.

    Notes
    -----
    One job over the key, and one more that counts the rows where a key is hot.

    Examples
    --------
    >>> rows = spark.range(100).selectExpr("IF(id < 60, 7, id) AS customer")
    >>> print(find_hot_keys(rows, ["customer"], min_rows=10))
    1 hot key of 'customer' with 60.0 % of 100 rows: 7
    """
    key = common_key(df, df, on, STEP, null_safe)
    tasks = partitions or join_tasks(df.sparkSession)
    heat = Heat(tasks, min_rows, most)
    keyed = key.renamed_in(df, LEFT)
    hot = measured(keyed, key, LEFT, heat)

    texts = hot.select(*texts_of(key), ROWS)
    most_first = texts.orderBy(F.desc(ROWS))
    found = most_first.collect()
    total = key.of(keyed, LEFT).count() if found else 0

    values = tuple(tuple(row)[:-1] for row in found)
    rows = tuple(row[ROWS] for row in found)
    return HotKeys(tuple(on), values, rows, total)


def _plain(plan: Salting, on: Sequence[str]) -> Salting:
    """Return a plan without hot keys."""
    none = HotKeys(tuple(on))
    return replace(plan, hot=none, other_hot=none)


def _strange(other: DataFrame, on: Sequence[str]) -> str:
    """Return a type of the key whose frequent values cannot be found, if any."""
    names = {name.lower() for name in on}
    for name, kind in other.dtypes:
        is_of_key = name.lower() in names
        if is_of_key and not is_counted(kind):
            return kind

    return ""


def _bytes(other: DataFrame, rows: int | None) -> int | None:
    if rows is None:
        return None
    kinds = dict(other.dtypes)
    return rows * row_bytes(kinds)


def _number(given: Given | None) -> int | None:
    if given is None:
        return None
    keys = given.values if isinstance(given, HotKeys) else given
    return len(keys)


def _read(given: Given | None, key: Key) -> HotKeys | None:
    if given is None or isinstance(given, HotKeys):
        return given
    return read_declared(given, key, STEP)
