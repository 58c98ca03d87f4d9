"""Keep the rows for which a condition holds."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import PASSES
from lakesmith.types import Transform


def filter_rows(*, condition: str) -> Transform:
    """Keep the rows for which a SQL condition is true, neither false nor NULL.

    Parameters
    ----------
    condition : str
        SQL expression of type boolean.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs what the condition names -> the same columns, fewer rows; a NULL condition
    drops the row.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, quantity int", [(1, 6), (2, 0), (3, None)])
    >>> df.transform(filter_rows(condition="quantity > 0")).show()
    +---+--------+
    | id|quantity|
    +---+--------+
    |  1|       6|
    +---+--------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        holds = F.expr(condition)
        # The gate is to see each row that does not fit, and the table each delete.
        return df.filter(holds | named(PASSES) if PASSES in df.columns else holds)

    return apply
