"""Type order lines where their contract cannot."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

WHOLE_NUMBER = r"^([0-9]+)(\.0+)?\z"


def typed_lines(lines: DataFrame) -> DataFrame:
    """Read the customer number from its landed text and mark cancellations.

    Parameters
    ----------
    lines : DataFrame

    Returns
    -------
    DataFrame

    Notes
    -----
    *Columns*: needs ``_raw.CustomerID`` (text, such as ``17850.0``) and ``invoice_no`` (text) ->
    adds or replaces ``customer_id`` (bigint; NULL where nothing landed or where the text is not
    digits with zeros after the point) and ``is_cancellation`` (boolean; NULL where the invoice
    number is NULL).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> ddl = "invoice_no string, _raw struct<CustomerID string>"
    >>> lines = frame(spark, ddl, [("C536379", ("14527.0",))])
    >>> lines.transform(typed_lines).select("customer_id", "is_cancellation").show()
    +-----------+---------------+
    |customer_id|is_cancellation|
    +-----------+---------------+
    |      14527|           true|
    +-----------+---------------+
    <BLANKLINE>
    """
    return lines.withColumns(
        {
            "customer_id": _whole_number(F.col("_raw.CustomerID")),
            "is_cancellation": F.col("invoice_no").startswith("C"),
        }
    )


def _whole_number(text: Column) -> Column:
    """Read ``17850`` and ``17850.0`` as a bigint, and anything else as NULL."""
    return F.regexp_extract(text, WHOLE_NUMBER, 1).try_cast("bigint")
