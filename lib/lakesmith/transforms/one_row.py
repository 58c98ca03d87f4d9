"""The row of a key that a batch keeps: the newest or the first one, with what it says of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.transforms.names import named
from lakesmith.transforms.orderable import orderable, orderable_column
from lakesmith.transforms.promise import broken_in, fail_where_broken
from lakesmith.transforms.shape import Transform

RANK, TIED, BROKEN = "_rank_in_key", "_tied", "_broken"


def one_row(
    keys: Sequence[str],
    order_by: Sequence[str],
    *,
    keeps_first: bool = False,
    implied: Sequence[str] = (),
    marks_ties: bool = False,
) -> Transform:
    """Keep one row per key, and find out whether the rows of a key disagree.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns that decide, the first one first; the greatest value wins, NULL loses.
    keeps_first : bool
        Whether the smallest ``_seq`` wins instead, field by field; NULL loses here too.
    implied : sequence of str
        Columns that have one value for each key; NULL says nothing.
    marks_ties : bool
        Whether to say of the kept row that another row of its key has the same ``_seq`` and other values.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `keys`, `order_by` and `implied` -> the same columns, one row per key, and ``_tied`` BOOLEAN where
    ties are marked. Whoever reads a key with two values of an `implied` column gets an error that names both.

    One shuffle and one sort by key, whatever is asked.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, "a", (1,)), (1, "b", (2,)), (1, "c", (2,)), (2, "a", (1,)), (2, "a", (1,))]
    >>> df = frame(spark, "id int, name string, _seq struct<at:int>", rows)
    >>> df.transform(one_row(["id"], ["_seq", "name"], marks_ties=True)).drop("_seq").orderBy("id").show()
    +---+----+-----+
    | id|name|_tied|
    +---+----+-----+
    |  1|   c| true|
    |  2|   a|false|
    +---+----+-----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        ordered = Window.partitionBy(*map(named, keys)).orderBy(*_order(df, order_by, keeps_first))
        whole = ordered.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
        made = {RANK: F.row_number().over(ordered)}
        if implied:
            made[BROKEN] = broken_in(keys, implied, whole)
        if marks_ties:
            made[TIED] = _is_tied(df, keys, keeps_first, whole)
        one = df.withColumns(made).filter(named(RANK) == 1).drop(RANK)
        return one.filter(fail_where_broken(named(BROKEN))).drop(BROKEN) if implied else one

    return apply


def sequence_parts(sequence: Column, kind: StructType) -> list[Column]:
    """Return what orders rows by the smallest ``_seq``, where NULL comes last."""
    parts = []
    for field in kind.fields:
        value = orderable(sequence.getField(field.name), field.dataType)
        parts += [value.isNull(), value]
    return parts


def _order(df: DataFrame, order_by: Sequence[str], keeps_first: bool) -> list[Column]:
    if not (keeps_first and "_seq" in df.columns):
        return [orderable_column(df, name).desc_nulls_last() for name in order_by] or [F.lit(1)]
    earliest = [part.asc_nulls_last() for part in sequence_parts(F.col("_seq"), _sequence_kind(df))]
    others = [orderable_column(df, name).desc_nulls_last() for name in order_by if name != "_seq"]
    return [*earliest, *others]


def _sequence_kind(df: DataFrame) -> StructType:
    return cast("StructType", df.schema["_seq"].dataType)


def _is_tied(df: DataFrame, keys: Sequence[str], keeps_first: bool, whole: WindowSpec) -> Column:
    """Tell whether two rows of the winning ``_seq`` differ: the greatest and the smallest of their hashes do."""
    at, best = F.struct(F.lit(1)), F.max
    if "_seq" in df.columns and keeps_first:
        at, best = F.struct(*sequence_parts(F.col("_seq"), _sequence_kind(df))), F.min
    elif "_seq" in df.columns:
        at = F.struct(orderable_column(df, "_seq"))
    value = _hash(df, [*keys, "_seq", "_at"])
    one = best(F.struct(at.alias("at"), value.alias("hash"))).over(whole)
    other = best(F.struct(at.alias("at"), F.bitwise_not(value).alias("hash"))).over(whole)
    return one.getField("hash") != F.bitwise_not(other.getField("hash"))


def _hash(df: DataFrame, but: Sequence[str]) -> Column:
    left_out = {name.lower() for name in but}
    values = [orderable_column(df, name) for name in df.columns if name.lower() not in left_out]
    # A hash passes over NULL: which values are NULL is hashed too.
    return F.xxhash64(F.lit(0), *values, *[value.isNull() for value in values])
