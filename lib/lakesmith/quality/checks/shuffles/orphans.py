"""Count the rows that refer to no row of another table, all of them or those of keys that went."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, types_of
from lakesmith.transforms.values.exact_compare import exact_sides

# A smaller table is sent to every worker by Spark, so that nothing of it is shuffled.
LEAST_TARGETS = 1_000_000
# The keys that are sent to every worker instead, and how much fewer they must be.
MOST_ROWS = 200_000
TIMES = 10


def pays(rows: int | None, targets: int | None) -> bool:
    """Return whether the other table is thinned by the keys of the rows before it is shuffled.

    Parameters
    ----------
    rows, targets : int or None
        How many rows refer, and to how many; None where that is not known.

    Examples
    --------
    >>> pays(100_000, 5_000_000), pays(2_000_000, 5_000_000), pays(1_000, 500_000)
    (True, False, False)
    >>> pays(None, 5_000_000)
    False
    """
    if rows is None or targets is None:
        return False
    is_large = targets >= LEAST_TARGETS
    are_few = rows <= MOST_ROWS
    return is_large and are_few and rows * TIMES <= targets


def count_orphans(
    rows: DataFrame, targets: DataFrame, columns: Sequence[str], is_thinned: bool
) -> DataFrame:
    """Count the rows that refer to nothing.

    Parameters
    ----------
    rows : DataFrame
        Without NULL in the columns.
    targets : DataFrame
        *Columns*: ``_to_0``, ``_to_1`` and so on, in the order of `columns`.
    columns : sequence of str
    is_thinned : bool
        Whether the distinct keys of the rows are sent to every worker, and only the targets that
        have one are shuffled. The number is the same.

    Returns
    -------
    DataFrame
        *Columns*: exactly one row of bigint.

    Examples
    --------
    >>> rows = spark.sql("SELECT id AS a FROM range(5)")
    >>> targets = spark.sql("SELECT id AS _to_0 FROM range(3)")
    >>> [count_orphans(rows, targets, ["a"], thin).first()[0] for thin in (False, True)]
    [2, 2]
    """
    is_same = _refers(rows, targets, columns)
    if is_thinned:
        names = [named(name) for name in columns]
        keys = rows.select(*names).distinct()
        targets = targets.join(
            F.broadcast(keys),
            is_same,
            "left_semi",
        )
    orphans = rows.join(targets, is_same, "left_anti")
    return orphans.agg(F.count(F.lit(1)))


def gone_keys(changed: DataFrame, targets: DataFrame, is_few: bool) -> DataFrame:
    """Return the keys of changed rows that no row has any more.

    Parameters
    ----------
    changed : DataFrame
        Old and new images of the rows that changed.
    targets : DataFrame
        The rows as they are, with the same columns.
    is_few : bool
        Whether the keys are sent to every worker. The keys are the same.

    Returns
    -------
    DataFrame
        *Columns*: those of `changed`, each key once, none with NULL.

    Examples
    --------
    >>> changed = spark.sql("SELECT id AS _to_0 FROM range(4)")
    >>> targets = spark.sql("SELECT id AS _to_0 FROM range(1, 9)")
    >>> [gone_keys(changed, targets, few).collect() for few in (False, True)]
    [[Row(_to_0=0)], [Row(_to_0=0)]]
    """
    names = changed.columns
    keys = changed.dropna(subset=names).distinct()
    if is_few:
        sent = F.broadcast(keys)
        targets = targets.join(sent, names, "left_semi")
    return keys.join(targets, names, "left_anti")


def count_referring(
    rows: DataFrame, keys: DataFrame, columns: Sequence[str], is_few: bool
) -> DataFrame:
    """Count the rows that refer to one of some keys.

    Parameters
    ----------
    rows : DataFrame
    keys : DataFrame
        *Columns*: ``_to_0``, ``_to_1`` and so on, in the order of `columns`.
    columns : sequence of str
    is_few : bool
        Whether the keys are sent to every worker. The number is the same.

    Returns
    -------
    DataFrame
        *Columns*: exactly one row of bigint.

    Examples
    --------
    >>> rows = spark.sql("SELECT id AS a FROM range(5)")
    >>> keys = spark.sql("SELECT id AS _to_0 FROM range(3, 9)")
    >>> [count_referring(rows, keys, ["a"], few).first()[0] for few in (False, True)]
    [2, 2]
    """
    sent = F.broadcast(keys) if is_few else keys
    is_same = _refers(rows, keys, columns)
    referring = rows.join(sent, is_same, "left_semi")
    return referring.agg(F.count(F.lit(1)))


def _refers(rows: DataFrame, targets: DataFrame, columns: Sequence[str]) -> Column:
    kinds = types_of(rows)
    target_kinds = types_of(targets)
    condition = F.lit(True)
    for index, name in enumerate(columns):
        target = f"_to_{index}"
        kind = kinds[name.lower()].simpleString()
        target_kind = target_kinds[target].simpleString()
        own, referred = exact_sides(named(name), F.col(target), kind, target_kind)
        condition = condition & (own == referred)

    return condition
