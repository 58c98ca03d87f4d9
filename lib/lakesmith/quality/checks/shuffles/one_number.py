"""Read the one number of a frame that a user made."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.spec.model.checks.column_kinds import NUMBERS
from lakesmith.types import family

_KINDS = (*NUMBERS, "boolean", "void")


def one_number(result: DataFrame) -> DataFrame:
    """Return the number of a frame that has one row of one column.

    Raises
    ------
    ValueError
        When the frame has several columns, or none that is a number.

    Notes
    -----
    *Columns*: needs one column, a number or a boolean -> exactly one row of a number; the row
    fails where the frame has no row or several.

    Examples
    --------
    >>> one_number(spark.sql("SELECT count(*) FROM range(3)")).first()[0]
    3
    >>> one_number(spark.sql("SELECT 1, 2"))
    Traceback (most recent call last):
    ...
    ValueError: it gives 2 columns, one expected
    """
    if len(result.columns) != 1:
        raise ValueError(f"it gives {len(result.columns)} columns, one expected")
    ((name, kind),) = result.dtypes
    if family(kind) not in _KINDS:
        raise ValueError(f"it gives a value of type {kind}, a number expected")
    value = named(name)
    number = value.cast("int") if kind == "boolean" else value
    rows = F.count(F.lit(1))
    wrong = F.raise_error(
        F.concat(F.lit("it gives "), rows, F.lit(" rows, one expected"))
    )
    only = F.when(rows == 1, F.max(number))
    return result.agg(only.otherwise(wrong))
