"""Two different rows of one key with the same sequence: nothing says which one is right."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.json_text import json_text
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.types import Transform

TIED = "LAKESMITH_TIED_ROWS"


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
    *Columns*: needs `keys` and ``_seq`` STRUCT -> the same rows. Whoever reads them gets an error with the key and the
    sequence of such a pair; equal rows are none. One more sort within the shuffle by key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, name string, _seq struct<at:int>", [(1, "a", (1,)), (1, "a", (1,)), (1, "b", (2,))])
    >>> df.transform(refuse_ties(["id"])).count()
    3
    """

    def apply(df: DataFrame) -> DataFrame:
        whole = F.struct(
            *[
                orderable(named(field.name), field.dataType)
                for field in df.schema.fields
            ]
        )
        of_one = Window.partitionBy(*map(named, keys), "_seq")
        differs = ~F.min(whole).over(of_one).eqNullSafe(F.max(whole).over(of_one))
        # Asked as a column first: a filter with a window is none that Spark takes.
        return (
            df.withColumn("_tied", differs)
            .filter(fail_if(named("_tied"), keys))
            .drop("_tied")
        )

    return apply


def fail_if(tied: Column, keys: Sequence[str], side: str = "") -> Column:
    """Return a condition that holds, or fails with the key and the sequence of a row where it is tied."""
    names = [*keys, "_seq"]
    shown = json_text(
        F.struct(*[F.col(f"{side}`{name}`").alias(name) for name in names])
    )
    raised = F.raise_error(F.concat(F.lit(f"{TIED} "), shown)).cast("boolean")
    return F.when(tied, raised).otherwise(F.lit(True))
