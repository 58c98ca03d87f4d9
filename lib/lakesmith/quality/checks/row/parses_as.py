"""Make the check `parses_as`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType

from lakesmith.quality.checks.registry import column_check
from lakesmith.spec.model.checks.row.parses_as import ParsesAs
from lakesmith.transforms.text import is_blank
from lakesmith.transforms.values.casting import cast_or_null


@column_check(ParsesAs)
def parses_as(check: ParsesAs, value: Column, kind: str) -> Column:
    """Break on text that the cast of a contract refuses. Blank text is unknown, as NULL is.

    Raises
    ------
    ValueError
        When the column is no text.

    Examples
    --------
    >>> check = ParsesAs(id="day", column="day", type="date")
    >>> text = F.lit("2024-02-30")
    >>> spark.range(1).select(parses_as(check, text, "string")).first()[0]
    True
    """
    if kind != "string":
        raise ValueError(
            f"check 'parses_as' needs text, column '{check.column}' is {kind}"
        )
    target = DataType.fromDDL(check.type)
    cast = cast_or_null(
        value,
        StringType(),
        target,
        check.format,
    )
    return F.when(~is_blank(value), cast.isNull())
