"""Register how a check is made, under the name that a spec gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation, BatchScope
from lakesmith.quality.conditions import limited
from lakesmith.quality.rule import Rule, broken_rule, find, rule_of, sample_of
from lakesmith.spec.model.checks.base import BatchCheck, Check, RowCheck
from lakesmith.spec.model.checks.registry import check_name

R = TypeVar("R", bound=RowCheck)
Evaluation = Callable[[Any, BatchScope], BatchEvaluation[Any]]
E = TypeVar("E", bound=Evaluation)

Predicate = Callable[[R, Column, str], Column]
RowRules = Callable[[R, BatchScope], Iterator[Rule]]

_row_rules: dict[str, RowRules[Any]] = {}
_evaluations: dict[str, Evaluation] = {}


def row_check(model: type[R]) -> Callable[[RowRules[R]], RowRules[R]]:
    """Register the function that makes the rules of a row check.

    The function takes the check and its scope, which has the table, the columns on the frame
    with their types and the time of the run. A rule is made for each column that the check
    looks at.
    """

    def register(rules: RowRules[R]) -> RowRules[R]:
        _row_rules[check_name(model)] = rules
        return rules

    return register


def column_check(model: type[R]) -> Callable[[Predicate[R]], Predicate[R]]:
    """Register the predicate of a row check that looks at one column.

    The function takes the check, the value and its type. It returns a condition that is
    true where the value breaks the check, and NULL where the value is unknown.
    `on_null` of the check decides what NULL means.
    """

    def register(breaks: Predicate[R]) -> Predicate[R]:
        def rules(check: R, scope: BatchScope) -> Iterator[Rule]:
            yield from column_rules(check, scope.columns, breaks)

        row_check(model)(rules)
        return breaks

    return register


def batch_check(model: type[BatchCheck]) -> Callable[[E], E]:
    """Register what measures and judges a check of a whole batch, a class or what chooses one."""

    def register(evaluation: E) -> E:
        _evaluations[check_name(model)] = evaluation
        return evaluation

    return register


def rules_of(check: RowCheck, scope: BatchScope) -> Iterator[Rule]:
    """Make the rules of a row check. One that nobody registered cannot be made.

    A row that the condition `where` of the check does not take passes.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> from lakesmith.spec.model.table import Table
    >>> check = NotNull(id="given", column="id")
    >>> scope = BatchScope(Table(from_="bronze.orders", checks=(check,)), {"day": "date"})
    >>> [rule.error for rule in rules_of(check, scope)]
    ["column 'id' is not there"]
    """
    make = _registered(_row_rules, check)
    if make is None:
        yield broken_rule(check, "", _unregistered(check))
        return
    for rule in make(check, scope):
        yield limited(rule, check.where, scope.columns)


def evaluation_of(check: Check, scope: BatchScope) -> BatchEvaluation[Any]:
    """Return what measures and judges a check of a batch.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import RowCount
    >>> from lakesmith.spec.model.table import Table
    >>> check = RowCount(id="some", min=1)
    >>> evaluation_of(check, BatchScope(Table(from_="bronze.orders"))).result({"rows": 0}).message
    '0 rows, expected at least 1'
    """
    evaluation = _registered(_evaluations, check)
    if evaluation is None:
        return _Unregistered(check, scope)
    return evaluation(check, scope)


def column_rules(
    check: R, columns: Mapping[str, str], breaks: Predicate[R]
) -> Iterator[Rule]:
    """Make one rule for each column that a check names, by a predicate on its value.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> check = NotNull(id="given", column="id", on_fail="drop")
    >>> (rule,) = column_rules(check, {"id": "int"}, lambda check, value, kind: value.isNull())
    >>> rule.column, rule.on_fail
    ('id', 'drop')
    """
    for name in check.checked_columns().values():
        kind = find(columns, name)
        if kind is None:
            yield broken_rule(check, name, f"column '{name}' is not there")
        else:
            yield _column_rule(check, name, kind, breaks)


def _column_rule(check: R, name: str, kind: str, breaks: Predicate[R]) -> Rule:
    value = named(name)
    try:
        broken = breaks(check, value, kind)
    except ValueError as error:
        return broken_rule(check, name, str(error))
    fails_on_null = F.lit(check.on_null == "fail")
    failed = F.coalesce(broken, fails_on_null)
    return rule_of(
        check,
        name,
        failed,
        sample_of(value, kind),
    )


V = TypeVar("V")


def _registered(known: Mapping[str, V], check: Check) -> V | None:
    if check.check not in known and check.evaluated_in:
        import_module(check.evaluated_in)
    return known.get(check.check)


def _unregistered(check: Check) -> str:
    return f"no package says how check '{check.check}' is made"


class _Unregistered(BatchEvaluation[Check]):
    def problem(self) -> str:
        return _unregistered(self.check)
