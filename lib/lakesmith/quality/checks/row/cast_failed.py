"""Make the check `cast_failed`, for text that left its typed column empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.quality.checks.casts import cast_columns, text_lost
from lakesmith.quality.checks.registry import row_check
from lakesmith.quality.raw import raw_source
from lakesmith.quality.rule import broken_rule, find, rule_of, sample_of
from lakesmith.spec.model.checks.row.cast_failed import CastFailed

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchScope
    from lakesmith.quality.rule import Rule
    from lakesmith.spec.model import Table


@row_check(CastFailed)
def cast_failed(check: CastFailed, scope: BatchScope) -> Iterator[Rule]:
    """Make the rule of the column, or of each column that was cast."""
    table = scope.table
    columns = scope.columns
    of_contract = cast_columns(table, columns)
    names = [check.column] if check.column else of_contract
    for name in names:
        yield cast_rule(check, name, table, columns)


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
        With an error when the column or its raw text is not there. A value that an earlier
        step filled does not fail.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn, Table
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
    rule = rule_of(
        check,
        column,
        text_lost(column, text),
        sample_of(text, "string"),
    )
    return replace(rule, reads_raw=True)
