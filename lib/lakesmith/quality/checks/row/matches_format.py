"""Make the check `matches_format`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.values.text_formats import FORMATS
from lakesmith.spec.model.checks.row.matches_format import MatchesFormat


@column_check(MatchesFormat)
def matches_format(check: MatchesFormat, value: Column, kind: str) -> Column:
    """Break on text of another format.

    Raises
    ------
    ValueError
        When the column is no text.

    Examples
    --------
    >>> from pyspark.sql import functions as F
    >>> check = MatchesFormat(id="mail", column="mail", format="email")
    >>> rows = spark.sql("SELECT 'a@example.org' AS mail UNION ALL SELECT 'a@'")
    >>> rows.filter(matches_format(check, F.col("mail"), "string")).first().mail
    'a@'
    """
    if kind != "string":
        raise ValueError(
            f"check 'matches_format' needs text, column '{check.column}' is {kind}"
        )
    return ~FORMATS[check.format](value)
