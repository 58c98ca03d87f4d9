"""Compile the row checks of a table into rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.attempt import HOLDS, UNKNOWN, attempted
from lakesmith.quality.checks.casts import cast_columns, cast_rule
from lakesmith.quality.checks.implicit_rules import implicit_rules
from lakesmith.quality.checks.predicates import PREDICATES
from lakesmith.quality.rule import NO_SAMPLE, Rule, broken, find, reason_of, sample_of
from lakesmith.spec.model import TABLE_CHECKS, Check, Table


def compile_rules(table: Table, columns: Mapping[str, str]) -> tuple[Rule, ...]:
    """Compile the row checks of a table, the implicit ones first.

    Parameters
    ----------
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types as `simpleString`, such as ``dict(df.dtypes)``.

    Returns
    -------
    tuple of Rule
        Implicit: `row_parsed` where the frame has `_rescued`; `<column>_cast` for a typed contract
        column that has its raw text in `_raw`; `<column>_given` for one that is not nullable;
        `<column>_partition` for text that the table is partitioned by and that no directory can be
        named by. A check of the spec on the same column takes the place of the implicit one.

    Notes
    -----
    What a NULL value means is said by `on_null`: ``fail`` lets it fail, ``skip`` and ``pass`` do
    not. `not_null` and `not_blank` fail on NULL whatever it says. A check on a column that is not
    there, or with a bound that does not fit its type, becomes a rule with an `error`: no row fails
    it, and its verdict counts as failed. An expression that throws on a row, such as a division by
    zero, fails this row.

    *Columns*: needs what the checks name -> adds nothing.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> table = Table(from_="bronze.orders",
    ...     columns={"id": ContractColumn(type="int", nullable=False)})
    >>> [(rule.id, rule.on_fail, rule.error) for rule in compile_rules(table, {"id": "int"})]
    [('id_given', 'quarantine', '')]
    """
    checks = [check for check in table.checks if check.check not in TABLE_CHECKS]
    declared = (rule for check in checks for rule in _rules(check, table, columns))
    return (*implicit_rules(table, columns), *declared)


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
    >>> check = Check(id="sane", check="expression", expression="nope > 0")
    >>> rules = compile_rules(Table(from_="bronze.orders", checks=(check,)), {"id": "bigint"})
    >>> "nope" in resolve(rules, spark.range(1))[0].error
    True
    """
    return tuple(
        _resolved(rule, df) if rule.check == "expression" else rule for rule in rules
    )


def _resolved(rule: Rule, df: DataFrame) -> Rule:
    error = rule.error or _problem(rule, df)
    return (
        broken(rule.id, rule.check, rule.column, rule.on_fail, error) if error else rule
    )


def _problem(rule: Rule, df: DataFrame) -> str:
    try:
        _ = df.select(rule.failed).schema
    except AnalysisException as error:
        return reason_of(error)
    return ""


def _rules(check: Check, table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    names = check.columns or ((check.column,) if check.column else ())
    if check.check == "expression":
        yield _expression_rule(check, columns)
    elif check.check == "cast_failed":
        for name in names or cast_columns(table, columns):
            yield cast_rule(check.id, name, check.on_fail, table, columns)
    else:
        for name in names:
            yield _column_rule(check, name, columns)


def _expression_rule(check: Check, columns: Mapping[str, str]) -> Rule:
    text = check.expression or "NULL"
    kind = find(columns, check.column) if check.column else None
    sample = (
        sample_of(named(check.column), kind)
        if check.column and kind
        else F.expr(NO_SAMPLE)
    )
    try:
        outcome = attempted(F.expr(text), columns)
    except (
        AnalysisException
    ) as error:  # a classic session parses at once, Spark Connect with the frame
        return broken(
            check.id, check.check, check.column or "", check.on_fail, reason_of(error)
        )
    passes = [HOLDS] if check.on_null == "fail" else [HOLDS, UNKNOWN]
    # An outcome is NULL where the expression threw.
    fails = ~F.coalesce(outcome.isin(*passes), F.lit(False))
    return Rule(
        check.id,
        check.check,
        check.column or "",
        check.on_fail,
        fails,
        sample,
        text=text,
    )


def _column_rule(check: Check, name: str, columns: Mapping[str, str]) -> Rule:
    kind = find(columns, name)
    if kind is None:
        return broken(
            check.id, check.check, name, check.on_fail, f"column '{name}' is not there"
        )
    try:
        breaks = PREDICATES[check.check](check, named(name), kind)
    except ValueError as error:
        return broken(check.id, check.check, name, check.on_fail, str(error))
    failed = _decided(breaks, check)
    sample = sample_of(named(name), kind)
    return Rule(
        check.id,
        check.check,
        name,
        check.on_fail,
        failed,
        sample,
        text=check.pattern or "",
    )


def _decided(breaks: Column, check: Check) -> Column:
    return F.coalesce(breaks, F.lit(check.on_null == "fail"))
