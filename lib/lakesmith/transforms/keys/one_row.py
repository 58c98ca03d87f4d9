"""Keep the newest or the first row of each key in a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import named, require
from lakesmith.columns import SEQ
from lakesmith.transforms.keys.key_promise import broken_after, fail_where_broken
from lakesmith.transforms.keys.orderable import orderable, orderable_column
from lakesmith.types import Transform

TIED = "_tied"

_RANK = "_rank_in_key"
_BROKEN = "_broken"
_COMPARED_ROWS = 3


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
        Columns that have one value for each key; NULL is no value.
    look : callable, optional
        Gets the first three rows of each key with ``_tied`` BOOLEAN, true for a row that loses
        against another one of its ``_seq``, and returns them; equal rows are no tie.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `keys`, `order_by` and `implied` -> the same columns, one row per key. Whoever
    reads a key with two values of an `implied` column gets an error that names both.

    One shuffle and one sort by key. Of many rows of a key only few are shuffled, unless `implied`
    looks at all of them.

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
        require(df, [*keys, *order_by], "dedupe", [_RANK, TIED, _BROKEN])
        order = _order(df, order_by, keeps_first)
        ordered = Window.partitionBy(*map(named, keys)).orderBy(*order)
        added = {_RANK: F.row_number().over(ordered)}

        if look:
            added[TIED] = _is_tied(df, ordered)

        if implied:
            added[_BROKEN] = broken_after(keys, implied, ordered)

        # Spark leaves out rows beyond such a rank before it shuffles.
        in_front = named(_RANK) <= (_COMPARED_ROWS if look else 1)
        is_kept = fail_where_broken(named(_BROKEN), in_front) if implied else in_front
        compared = df.withColumns(added).filter(is_kept)

        if look:
            compared = compared.transform(look).filter(named(_RANK) == 1)

        return compared.drop(_RANK, TIED, _BROKEN)

    return apply


def sequence_parts(sequence: Column, kind: StructType) -> list[Column]:
    """Return what orders rows by the smallest ``_seq``, where NULL comes last.

    Examples
    --------
    >>> len(sequence_parts(F.col("_seq"), StructType.fromDDL("at int, no int")))
    4
    """
    parts = []
    for field in kind.fields:
        value = orderable(sequence.getField(field.name), field.dataType)
        parts += [value.isNull(), value]

    return parts


def _is_tied(df: DataFrame, ordered: WindowSpec) -> Column:
    """Return whether a row differs from the first one of its key and has its ``_seq``."""
    differs = F.rank().over(ordered) > 1
    if SEQ not in df.columns:
        return differs

    sequence = orderable_column(df, SEQ)
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    first = F.first(sequence).over(so_far)

    return differs & sequence.eqNullSafe(first)


def _order(df: DataFrame, order_by: Sequence[str], keeps_first: bool) -> list[Column]:
    if not (keeps_first and SEQ in df.columns):
        order = [orderable_column(df, name).desc_nulls_last() for name in order_by]
        return order or [F.lit(1)]

    others = [name for name in order_by if name != SEQ]
    order = _earliest_first(df)
    order += [orderable_column(df, name).desc_nulls_last() for name in others]

    return order


def _earliest_first(df: DataFrame) -> list[Column]:
    kind = cast("StructType", df.schema[SEQ].dataType)
    parts = sequence_parts(F.col(SEQ), kind)

    return [part.asc_nulls_last() for part in parts]
