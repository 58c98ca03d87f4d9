"""The page of what checks say of special values is what they say."""

from __future__ import annotations

from pyspark.sql import SparkSession

from tests.quality.conformance import OF_BATCHES, OF_ROWS, PAGE, page

MEASURED_ELSEWHERE = {
    "cast_failed", "freshness", "not_in_future", "python", "quantile", "references", "row_count", "schema", "sql",
    "time_gaps", "unique", "unique_across_history",
}  # fmt: skip


def test_the_page_is_what_the_checks_do(spark: SparkSession) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(spark), "write it again: python -m tests.quality.conformance"


def test_each_check_is_on_the_page_or_tested_elsewhere() -> None:
    from lakesmith.spec.model.checks import check_models

    shown = {str(check["check"]) for *_, check in [*OF_ROWS, *OF_BATCHES]}
    own = {name for name, model in check_models().items() if model.__module__.startswith("lakesmith.")}
    assert own - shown == MEASURED_ELSEWHERE
