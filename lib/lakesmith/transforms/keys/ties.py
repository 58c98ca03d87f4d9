"""Refuse two different rows of one key with the same sequence."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import json_text, named
from lakesmith.columns import SEQ
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.types import Transform

TIED = "LAKESMITH_TIED_ROWS"
_TIED = "_tied"


def refuse_ties(keys: Sequence[str]) -> Transform:
    """Fail when a key has two different rows of one sequence.

    Parameters
    ----------
    keys : sequence of str

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `keys` and ``_seq`` STRUCT -> the same rows. Whoever reads them gets an error
    with the key and the sequence of such a pair; equal rows are none. One more sort within the
    shuffle by key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, "a", (1,)), (1, "a", (1,)), (1, "b", (2,))]
    >>> df = frame(spark, "id int, name string, _seq struct<at:int>", rows)
    >>> df.transform(refuse_ties(["id"])).count()
    3
    """

    def apply(df: DataFrame) -> DataFrame:
        fields = df.schema.fields
        values = [orderable(named(field.name), field.dataType) for field in fields]
        row = F.struct(*values)

        sequence = Window.partitionBy(*map(named, keys), SEQ)
        least = F.min(row).over(sequence)
        greatest = F.max(row).over(sequence)
        differs = ~least.eqNullSafe(greatest)

        # A column first, since Spark allows no window within a filter.
        marked = df.withColumn(_TIED, differs)
        checked = marked.filter(fail_if(named(_TIED), keys))

        return checked.drop(_TIED)

    return apply


def fail_if(tied: Column, keys: Sequence[str], side: str = "") -> Column:
    """Return a condition that holds, or fails with the key and sequence of a tied row.

    Examples
    --------
    >>> df = spark.sql("SELECT 1 AS id, named_struct('at', 5) AS _seq")
    >>> df.filter(fail_if(F.lit(False), ["id"])).count()
    1
    """
    columns: list[Column] = []
    for name in (*keys, SEQ):
        value = F.col(f"{side}`{name}`")
        columns.append(value.alias(name))
    shown = json_text(F.struct(*columns))
    message = F.concat(F.lit(f"{TIED} "), shown)
    failure = F.raise_error(message).cast("boolean")
    holds = F.lit(True)

    return F.when(tied, failure).otherwise(holds)
