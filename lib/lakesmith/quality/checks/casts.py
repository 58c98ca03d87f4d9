"""Make the rule of text that left its typed column empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.raw import raw_source
from lakesmith.quality.rule import Rule, broken_rule, find, rule_of, sample_of
from lakesmith.transforms.text import is_blank

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.model.checks.row.cast_failed import CastFailed


def cast_columns(table: Table, columns: Mapping[str, str]) -> list[str]:
    """List the contract columns that were cast from text which is still at hand.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn, Table
    >>> table = Table(from_="bronze.orders", columns={"qty": ContractColumn(type="int")})
    >>> cast_columns(table, {"qty": "int", "_raw": "struct<qty:string>"})
    ['qty']
    """
    return [
        name
        for name, column in table.columns.items()
        if find(columns, name) not in (None, "string")
        and raw_source(columns, name, column) is not None
    ]


def cast_rule(
    check: CastFailed, column: str, table: Table, columns: Mapping[str, str]
) -> Rule:
    """Make the rule that fails where the raw text is not blank and the column is NULL.

    Parameters
    ----------
    check : CastFailed
    column : str
        The contract column.
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types.

    Returns
    -------
    Rule
        With an error when the column or its raw text is not there.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn, Table
    >>> from lakesmith.spec.model.checks import CastFailed
    >>> check = CastFailed(id="qty_cast", column="qty")
    >>> qty = ContractColumn(type="int", source="Qty")
    >>> table = Table(from_="bronze.orders", columns={"qty": qty})
    >>> cast_rule(check, "qty", table, {"qty": "int", "_raw": "struct<Qty:string>"}).error
    ''
    >>> cast_rule(check, "qty", table, {"qty": "int"}).error
    "the raw text of column 'qty' is not there"
    """
    contract = table.columns.get(column)
    text = raw_source(columns, column, contract)
    if find(columns, column) is None:
        return broken_rule(check, column, f"column '{column}' is not there")
    if text is None:
        what = f"the raw text of column '{column}' is not there"
        return broken_rule(check, column, what)
    has_text = F.coalesce(~is_blank(text), F.lit(False))
    lost = named(column).isNull() & has_text
    rule = rule_of(check, column, lost, sample_of(text, "string"))
    return replace(rule, reads_raw=True)
