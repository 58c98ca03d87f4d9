"""Measure and judge checks on one frame."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from pyspark.sql import DataFrame

from lakesmith.quality.check_frame import check_frame
from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.model.checks import check_from
from lakesmith.spec.step_kinds.statistics import Frozen

NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)


def results(
    df: DataFrame,
    *checks: Mapping[str, Any],
    tables: Mapping[str, DataFrame] | None = None,
    frozen: Mapping[str, Frozen] | None = None,
) -> list[CheckResult]:
    """Return the result of each check of the batch, in their order."""
    made = [check_from({"id": f"c{index}", **check}) for index, check in enumerate(checks)]
    return list(check_frame(df, made, run_time=NOON, tables=tables, frozen=frozen))


def verdict(df: DataFrame, tables: Mapping[str, DataFrame] | None = None, **check: Any) -> tuple[str, str]:
    """Return status and message of one check."""
    (found,) = results(df, check, tables=tables)
    return found.status, found.message
