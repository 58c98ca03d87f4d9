"""Make the check `compare`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column

from lakesmith.column_refs import named
from lakesmith.columns import quoted
from lakesmith.quality.checks.registry import column_rules, row_check
from lakesmith.quality.rule import broken_rule, find
from lakesmith.spec.model.checks.row.compare import Compare
from lakesmith.transforms.values.exact_compare import exact_sides
from lakesmith.types import are_comparable

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchScope
    from lakesmith.quality.rule import Rule

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


@row_check(Compare)
def compare(check: Compare, scope: BatchScope) -> Iterator[Rule]:
    """Make the rule. A row where either value is NULL is decided by `on_null`."""
    other = find(scope.columns, check.other)
    if other is None:
        yield broken_rule(
            check,
            check.column,
            f"column '{check.other}' is not there",
        )
        return
    kind = find(scope.columns, check.column)
    if kind is not None and not are_comparable(kind, other):
        left = f"{check.column} ({kind})"
        right = f"{check.other} ({other})"
        what = f"{left} and {right}"
        yield broken_rule(
            check,
            check.column,
            f"{what} are of different kinds",
        )
        return
    # Spark tells from the text whether the two types can be compared.
    first = quoted(check.column)
    second = quoted(check.other)
    text = f"{first} {check.operator} {second}"
    differs = _differs_from(other)
    for rule in column_rules(check, scope.columns, differs):
        yield rule if rule.error else replace(rule, expression=text)


def _differs_from(other_kind: str) -> Callable[[Compare, Column, str], Column]:
    def differs(check: Compare, value: Column, kind: str) -> Column:
        operator = _OPERATORS[check.operator]
        sides = exact_sides(value, named(check.other), kind, other_kind)
        holds: Column = operator(*sides)
        return ~holds

    return differs
