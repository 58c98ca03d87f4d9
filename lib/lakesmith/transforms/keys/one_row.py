"""The row of a key that a batch keeps: the newest or the first one, with what it says of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import named, require
from lakesmith.transforms.keys.key_promise import broken_after, fail_where_broken
from lakesmith.transforms.keys.orderable import orderable, orderable_column
from lakesmith.types import Transform

RANK = "_rank_in_key"
TIED = "_tied"
BROKEN = "_broken"
COMPARED = 3


def one_row(
    keys: Sequence[str],
    order_by: Sequence[str],
    *,
    keeps_first: bool = False,
    implied: Sequence[str] = (),
    look: Transform | None = None,
) -> Transform:
    """Keep one row per key, and find out whether the rows of a key disagree.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        All columns, the one that decides first; the greatest value wins, NULL loses.
    keeps_first : bool
        Whether the smallest ``_seq`` wins instead, field by field; NULL loses here too.
    implied : sequence of str
        Columns that have one value for each key; NULL says nothing.
    look : callable, optional
        Gets the first three rows of each key with ``_tied`` BOOLEAN, true for a row that loses against another one of
        its ``_seq``, and returns them; equal rows are no tie.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `keys`, `order_by` and `implied` -> the same columns, one row per key. Whoever reads a key with two
    values of an `implied` column gets an error that names both.

    One shuffle and one sort by key. Of many rows of a key only few are shuffled, unless `implied` looks at all of them.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, "a", (1,)), (1, "b", (2,)), (1, "c", (2,)), (2, "a", (1,)), (2, "a", (1,))]
    >>> df = frame(spark, "id int, name string, _seq struct<at:int>", rows)
    >>> df.transform(one_row(["id"], ["_seq", "name"])).drop("_seq").orderBy("id").show()
    +---+----+
    | id|name|
    +---+----+
    |  1|   c|
    |  2|   a|
    +---+----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*keys, *order_by], "dedupe")
        ordered = Window.partitionBy(*map(named, keys)).orderBy(
            *_order(df, order_by, keeps_first)
        )
        made = {RANK: F.row_number().over(ordered)}
        if look:
            made[TIED] = _is_tied(df, ordered)
        if implied:
            made[BROKEN] = broken_after(keys, implied, ordered)
        # Spark leaves out rows beyond such a rank before it shuffles.
        in_front = named(RANK) <= (COMPARED if look else 1)
        rows = df.withColumns(made)
        seen = rows.filter(
            fail_where_broken(named(BROKEN), in_front) if implied else in_front
        )
        if look:
            seen = seen.transform(look).filter(named(RANK) == 1)
        return seen.drop(RANK, TIED, BROKEN)

    return apply


def _is_tied(df: DataFrame, ordered: WindowSpec) -> Column:
    """Tell whether a row is another than the first one of its key, and has its ``_seq``."""
    differs = F.rank().over(ordered) > 1
    if "_seq" not in df.columns:
        return differs
    sequence = orderable_column(df, "_seq")
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return differs & sequence.eqNullSafe(F.first(sequence).over(so_far))


def sequence_parts(sequence: Column, kind: StructType) -> list[Column]:
    """Return what orders rows by the smallest ``_seq``, where NULL comes last."""
    parts = []
    for field in kind.fields:
        value = orderable(sequence.getField(field.name), field.dataType)
        parts += [value.isNull(), value]
    return parts


def _order(df: DataFrame, order_by: Sequence[str], keeps_first: bool) -> list[Column]:
    if not (keeps_first and "_seq" in df.columns):
        return [orderable_column(df, name).desc_nulls_last() for name in order_by] or [
            F.lit(1)
        ]
    earliest = [
        part.asc_nulls_last()
        for part in sequence_parts(F.col("_seq"), _sequence_kind(df))
    ]
    others = [
        orderable_column(df, name).desc_nulls_last()
        for name in order_by
        if name != "_seq"
    ]
    return [*earliest, *others]


def _sequence_kind(df: DataFrame) -> StructType:
    return cast("StructType", df.schema["_seq"].dataType)
