"""Find the newest value of a time in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lakesmith.duration import parse_age
from lakesmith.observe.from_log.extremes import greatest_of
from lakesmith.observe.from_log.registry import LogScope, metrics_from_log
from lakesmith.quality.checks.batch.evaluation import EPOCH
from lakesmith.spec.model.checks.batch.freshness import Freshness
from lakesmith.spec.model.checks.column_kinds import TIMES
from lakesmith.spec.values.times import MICROS_PER_DAY

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.freshness import FreshnessEvaluation


_MICROSECOND = timedelta(microseconds=1)


@metrics_from_log(Freshness)
def freshness(
    evaluation: FreshnessEvaluation, scope: LogScope
) -> Mapping[str, Any] | None:
    """Return the newest value.

    Not where a value is later than the run, which hides how new the others are. Where only
    bounds of the value are known, the older one must be new enough.
    """
    check = evaluation.check
    kind = scope.kind(check.column)
    columns = scope.column(check.column)
    if kind not in TIMES or not scope.shows_all_rows:
        return None
    names = evaluation.metric_names()
    if all(column.is_empty for column in columns):
        return dict.fromkeys(names)
    found = greatest_of(columns)
    if found is None:
        return None
    unit = MICROS_PER_DAY if kind == "date" else 1
    oldest, newest = (value * unit for value in found)
    age = parse_age(check.max_age)
    now = scope.run_time - EPOCH
    is_ahead = newest > (now + age) // _MICROSECOND
    is_stale = oldest < (now - age) // _MICROSECOND
    if is_ahead or (is_stale and oldest != newest):
        return None
    return dict(zip(names, (oldest, None), strict=True))
