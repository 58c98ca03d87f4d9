"""The check `cast_failed`: there was text, and the typed column has nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.predicates import is_blank
from lakesmith.quality.raw import raw_source
from lakesmith.quality.rule import Rule, broken, find, sample_of
from lakesmith.spec.model import OnFail, Table


def cast_columns(table: Table, columns: Mapping[str, str]) -> list[str]:
    """List the contract columns that were cast from text which is still at hand."""
    return [
        name
        for name, column in table.columns.items()
        if find(columns, name) not in (None, "string")
        and raw_source(columns, name, column) is not None
    ]


def cast_rule(
    id: str, column: str, on_fail: OnFail, table: Table, columns: Mapping[str, str]
) -> Rule:
    """Make the rule that fails where the raw text is not blank and the column, as it is now, is
    NULL.

    Parameters
    ----------
    id : str
    column : str
        The contract column.
    on_fail : {"quarantine", "drop", "warn", "fail"}
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types.

    Returns
    -------
    Rule
        With an error when the column or its raw text is not there. A value that a later step fills
        does not fail.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> table = Table(from_="bronze.orders",
    ...     columns={"qty": ContractColumn(type="int", source="Qty")})
    >>> cast_rule("qty_cast", "qty", "warn", table,
    ...     {"qty": "int", "_raw": "struct<Qty:string>"}).error
    ''
    >>> cast_rule("qty_cast", "qty", "warn", table, {"qty": "int"}).error
    "the raw text of column 'qty' is not there"
    """
    text = raw_source(columns, column, table.columns.get(column))
    if find(columns, column) is None:
        return broken(
            id, "cast_failed", column, on_fail, f"column '{column}' is not there"
        )
    if text is None:
        return broken(
            id,
            "cast_failed",
            column,
            on_fail,
            f"the raw text of column '{column}' is not there",
        )
    lost = named(column).isNull() & F.coalesce(~is_blank(text), F.lit(False))
    return Rule(id, "cast_failed", column, on_fail, lost, sample_of(text, "string"))
