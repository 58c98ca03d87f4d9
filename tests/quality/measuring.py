"""Measure and judge checks of a batch on one frame, as a run does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from pyspark.sql import DataFrame

from lakesmith.quality.batch_checks import batch_metrics, batch_results, exact_metrics, shuffle_metrics
from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.checks.batch.measure import measure
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from

NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)


def results(
    df: DataFrame, *checks: Mapping[str, Any], tables: Mapping[str, DataFrame] | None = None
) -> list[CheckResult]:
    """Return the result of each check, in their order."""
    made = tuple(check_from({"id": f"c{index}", **check}) for index, check in enumerate(checks))
    types = {name: kind for name, kind in df.dtypes if not name.startswith("_")}
    scope = BatchScope(Table(from_="bronze.orders", checks=made), types, NOON, df, tables or {})
    metrics: dict[str, Any] = {"rows": df.count()}
    columns = batch_metrics(scope)
    if columns:
        metrics |= df.agg(*columns).first().asDict()
    measures = {**exact_metrics(scope, metrics), **shuffle_metrics(scope)}
    metrics |= {name: measure(df, one) for name, one in measures.items()}
    return list(batch_results(scope, metrics))


def verdict(df: DataFrame, tables: Mapping[str, DataFrame] | None = None, **check: Any) -> tuple[str, str]:
    """Return status and message of one check."""
    (found,) = results(df, check, tables=tables)
    return found.status, found.message
