"""Make the check `freshness`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.duration import parse_age
from lakesmith.quality.check_result import CheckResult, batch_result
from lakesmith.quality.checks.batch.evaluation import EPOCH, BatchEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.conditions import measured_rows
from lakesmith.quality.rule import find
from lakesmith.spec.model.checks.batch.freshness import Freshness
from lakesmith.spec.values.times import MICROS_PER_DAY, instant_text

_MICROS: dict[str, Callable[[Column], Column]] = {
    "timestamp": F.unix_micros,
    "timestamp_ntz": lambda value: F.unix_micros(value.cast("timestamp")),
    "date": lambda value: F.try_multiply(
        F.unix_date(value).cast("bigint"), F.lit(MICROS_PER_DAY)
    ),
}


@batch_check(Freshness)
class FreshnessEvaluation(BatchEvaluation[Freshness]):
    """Judge the age of the newest value of a time.

    Measured are the newest value, and the greatest one that is later than the run by
    more than `max_age`. Such a value does not say how fresh the others are.
    """

    def problem(self) -> str:
        """Say that the column is no time."""
        if self._kind() in _MICROS:
            return ""
        return (
            f"column '{self.check.column}' is not a timestamp or a date on this table"
        )

    def metrics(self) -> dict[str, Column]:
        """Return the newest value and the greatest one that is left out.

        Both are microseconds since 1970 in UTC; NULL when there is none.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of two bigint.

        Examples
        --------
        >>> from lakesmith.quality.checks.batch.evaluation import BatchScope
        >>> from lakesmith.spec.model import Table
        >>> df = spark.sql("select date'1970-01-02' as at")
        >>> scope = BatchScope(Table(from_="bronze.orders"), dict(df.dtypes))
        >>> check = Freshness(id="fresh", column="at", max_age="36h")
        >>> metrics = FreshnessEvaluation(check, scope).metrics()
        >>> df.agg(*(metric.alias(name) for name, metric in metrics.items())).first().asDict()
        {'newest_at_36h': 86400000000, 'ahead_at_36h': None}
        """
        column = named(self.check.column)
        is_measured = measured_rows(None, self.scope.rows, self.scope.marks)
        if is_measured is not None:
            column = F.when(is_measured, column)
        value = micros_of(column, self._kind())
        now = _micros(self.scope.run_time)
        latest = now + _span(self._max_age())
        is_ahead = value > F.lit(latest)
        newest = F.when(~is_ahead, value)
        ahead = F.when(is_ahead, value)
        measured = (F.max(newest), F.max(ahead))
        return dict(zip(self.metric_names(), measured, strict=True))

    def metric_names(self) -> tuple[str, str]:
        """Return the names of the newest value and of the one that is left out."""
        return self._name("newest"), self._name("ahead")

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Fail when the newest value is too old. Without any, `on_null` decides."""
        newest = metrics[self._name("newest")]
        ahead = metrics.get(self._name("ahead"))
        if newest is not None:
            message = self._age_message(newest)
        elif ahead is not None:
            message = "no value up to the time of the run"
        else:
            message = "no value in this batch" if self.check.on_null == "fail" else ""
        if message and ahead is not None:
            message += f"; {instant_text(ahead)} is later than the run and is left out"
        return batch_result(self.check, message)

    def _age_message(self, newest: int) -> str:
        # Numbers of microseconds, since Python's calendar ends with the year 9999.
        now = _micros(self.scope.run_time)
        age = timedelta(microseconds=now - newest)
        if age <= self._max_age():
            return ""
        return f"the newest value is {age} old, expected at most {self.check.max_age}"

    def _max_age(self) -> timedelta:
        return parse_age(self.check.max_age)

    def _kind(self) -> str:
        return find(self.scope.columns, self.check.column) or ""

    def _name(self, metric: str) -> str:
        return f"{metric}_{self.check.column}_{self.check.max_age}"


def micros_of(value: Column, kind: str) -> Column:
    """Return a time as microseconds since 1970, a wall clock and a date as those of UTC.

    Examples
    --------
    >>> day = F.lit("1970-01-02").cast("date")
    >>> spark.range(1).select(micros_of(day, "date")).first()[0]
    86400000000
    """
    return _MICROS[kind](value)


def _micros(moment: datetime) -> int:
    return _span(moment - EPOCH)


def _span(time: timedelta) -> int:
    return time // timedelta(microseconds=1)
