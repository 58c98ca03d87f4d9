"""Compile the row checks of a table into rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from lakesmith.quality.checks.batch.evaluation import EPOCH, BatchScope
from lakesmith.quality.checks.implicit_rules import implicit_rules
from lakesmith.quality.checks.registry import rules_of
from lakesmith.quality.rule import Rule, reason_of
from lakesmith.spec.model.checks.base import RowCheck

if TYPE_CHECKING:
    from datetime import datetime

    from lakesmith.spec.model import Table


def compile_rules(
    table: Table, columns: Mapping[str, str], run_time: datetime = EPOCH
) -> tuple[Rule, ...]:
    """Compile the row checks of a table, the implicit ones first.

    Parameters
    ----------
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types as `simpleString`, such as
        ``dict(df.dtypes)``.
    run_time : datetime
        The recorded "now" of the run, with a time zone.

    Returns
    -------
    tuple of Rule
        Implicit ones are `row_parsed` where the frame has `_rescued`, `<column>_cast`
        for a typed contract column that has its raw text in `_raw`, `<column>_given`
        for one that is not nullable, and `<column>_partition` for text that the table
        is partitioned by and that no directory can be named by. A check of the spec on
        the same column replaces the implicit one.

    Notes
    -----
    `on_null` decides what NULL means: with ``fail`` it fails, with ``skip`` and
    ``pass`` it does not. `not_null` and `not_blank` always fail on NULL. A check on a
    missing column, or with a bound that does not fit its type, becomes a rule with an
    `error`: no row fails it, and its result counts as failed. An expression that throws
    on a row, such as a division by zero, fails this row.

    *Columns*: needs what the checks name -> adds nothing.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn, Table
    >>> columns = {"id": ContractColumn(type="int", nullable=False)}
    >>> table = Table(from_="bronze.orders", columns=columns)
    >>> [(rule.id, rule.on_fail) for rule in compile_rules(table, {"id": "int"})]
    [('id_given', 'quarantine')]
    """
    rules = [*implicit_rules(table, columns)]
    scope = BatchScope(table, columns, run_time)
    for check in table.checks:
        if isinstance(check, RowCheck):
            rules += rules_of(check, scope)
    return tuple(rules)


def resolve(rules: Sequence[Rule], df: DataFrame) -> tuple[Rule, ...]:
    """Turn the rules whose SQL expression does not fit the frame into rules with an error.

    Parameters
    ----------
    rules : sequence of Rule
    df : DataFrame
        The frame to be checked; it is analysed, not read.

    Returns
    -------
    tuple of Rule

    Notes
    -----
    *Columns*: needs what the expressions name -> adds nothing.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import Expression
    >>> check = Expression(id="sane", expression="nope > 0")
    >>> table = Table(from_="bronze.orders", checks=(check,))
    >>> rules = compile_rules(table, {"id": "bigint"})
    >>> "nope" in resolve(rules, spark.range(1))[0].error
    True
    """
    return tuple(
        rule.with_error(_problem(rule, df)) if rule.expression else rule
        for rule in rules
    )


def _problem(rule: Rule, df: DataFrame) -> str:
    try:
        _ = df.select(rule.failed).schema
    except AnalysisException as error:
        return reason_of(error)
    return ""
