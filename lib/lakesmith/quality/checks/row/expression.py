"""Make the check `expression`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.quality.checks.registry import row_check
from lakesmith.quality.checks.row.attempt import HOLDS, UNKNOWN, attempted
from lakesmith.quality.rule import (
    Rule,
    broken_rule,
    find,
    no_sample,
    reason_of,
    rule_of,
    sample_of,
)
from lakesmith.spec.model.checks.row.expression import Expression

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchScope


@row_check(Expression)
def expression(check: Expression, scope: BatchScope) -> Iterator[Rule]:
    """Make the rule, with its SQL. Spark tells later whether it fits the frame."""
    column = check.column or ""
    columns = scope.columns
    try:
        outcome = attempted(F.expr(check.expression), columns)
    except AnalysisException as error:
        # A classic session parses at once, Spark Connect with the frame.
        yield broken_rule(check, column, reason_of(error))
        return
    passes = [HOLDS] if check.on_null == "fail" else [HOLDS, UNKNOWN]
    # An outcome is NULL where the expression threw.
    is_passed = outcome.isin(*passes)
    failed = ~is_true(is_passed)
    rule = rule_of(
        check,
        column,
        failed,
        _sample(column, columns),
    )
    yield replace(rule, expression=check.expression)


def _sample(column: str, columns: Mapping[str, str]) -> Column:
    kind = find(columns, column)
    if kind is None:
        return no_sample()
    return sample_of(named(column), kind)
