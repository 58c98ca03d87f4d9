"""Make the check `regex`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_rules, row_check
from lakesmith.spec.model.checks.row.regex import Regex

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchScope
    from lakesmith.quality.rule import Rule


@row_check(Regex)
def regex(check: Regex, scope: BatchScope) -> Iterator[Rule]:
    """Make the rule, with its pattern. Java tells later whether it compiles."""
    for rule in column_rules(check, scope.columns, _is_nowhere):
        yield replace(rule, pattern=check.pattern)


def _is_nowhere(check: Regex, value: Column, kind: str) -> Column:
    text = value.cast("string")
    return ~text.rlike(check.pattern)
