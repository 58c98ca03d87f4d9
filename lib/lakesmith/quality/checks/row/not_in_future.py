"""Make the check `not_in_future`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.duration import parse_age
from lakesmith.quality.checks.batch.evaluation import EPOCH
from lakesmith.quality.checks.registry import column_rules, row_check
from lakesmith.spec.model.checks.column_kinds import TIMES, kind_problem
from lakesmith.spec.model.checks.row.not_in_future import NotInFuture

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchScope
    from lakesmith.quality.rule import Rule

_MICROSECOND = timedelta(microseconds=1)


@row_check(NotInFuture)
def not_in_future(check: NotInFuture, scope: BatchScope) -> Iterator[Rule]:
    """Make the rule. The run has a recorded time, so that a retry judges alike."""
    since_epoch = scope.run_time - EPOCH
    tolerated = since_epoch + parse_age(check.tolerance)
    latest = tolerated // _MICROSECOND

    def is_later(check: NotInFuture, value: Column, kind: str) -> Column:
        problem = kind_problem(
            check.check,
            check.column,
            kind,
            TIMES,
        )
        if problem:
            raise ValueError(problem)
        last = F.timestamp_micros(F.lit(latest))
        return value > last.cast(kind)

    yield from column_rules(check, scope.columns, is_later)
