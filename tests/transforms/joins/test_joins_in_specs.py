from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.spec.step_effects import keeps_rows, passes_rows
from lakesmith.testing import frame
from lakesmith.transforms.steps.bind import run_steps
from lakesmith.transforms.steps.problems import step_problems

INPUTS = ["products", "prices", "shifts"]
STEPS: list[dict[str, Any]] = [
    {"join_scd2": {"input": "products", "on": ["code"], "at": "at", "columns": {"product": "name"}}},
    {"join_as_of": {"input": "prices", "on": ["code"], "at": "at", "columns": ["price"], "max_staleness": "36h"}},
    {"join_lookup": {"input": "shops", "on": ["shop"], "rows": 100}},
    {"join_range": {"input": "shifts", "at": "at", "other_at": ["b", "e"], "width": "8h", "how": "left"}},
]


def test_each_join_is_a_step(spark: SparkSession) -> None:
    lines = spark.sql("SELECT 'a' AS code, 1 AS shop, TIMESTAMP'2026-03-01 10:00:00' AS at")
    inputs = {
        "products": spark.sql(
            "SELECT 'a' code, 'tea' name, TIMESTAMP'2026-02-01' valid_from, timestamp(NULL) valid_to"
        ),
        "prices": spark.sql("SELECT 'a' AS code, TIMESTAMP'2026-02-28 23:00:00' AS at, 5 AS price"),
        "shops": frame(spark, "shop int, city string", [(1, "Bath")]),
        "shifts": spark.sql("SELECT TIMESTAMP'2026-03-01 08:00:00' b, TIMESTAMP'2026-03-01 16:00:00' e, 'Ada' who"),
    }
    row = lines.transform(run_steps(STEPS, inputs)).drop("b", "e").first()
    assert row is not None
    assert row[3:] == ("tea", 5, "Bath", "Ada")


@pytest.mark.parametrize(("step", "problem"), [
    ({"join_as_of": {"input": "prices", "on": ["k"], "at": "at", "max_staleness": "-1h"}}, "'-1h' is no span"),
    ({"join_as_of": {"input": "prices", "on": ["k"], "at": "at", "direction": "up"}}, "'nearest', found 'up'"),
    ({"join_as_of": {"input": "rates", "on": ["k"], "at": "at"}}, "'rates' is not an input"),
    ({"join_range": {"input": "shifts", "at": "a", "other_at": "b", "width": "1h"}}, "both points"),
    ({"join_range": {"input": "shifts", "at": "a", "other_at": ["b", "e"]}}, "option 'width' is missing"),
    ({"join_scd2": {"input": "products", "on": [], "at": "at"}}, "on names no column of the key"),
    ({"join_lookup": {"input": "products", "on": ["k"], "how": "right"}}, "'inner', found 'right'"),
])  # fmt: skip
def test_a_mistake_is_found_without_spark(step: dict[str, Any], problem: str) -> None:
    (found,) = step_problems(step, INPUTS)
    assert problem in found


@pytest.mark.parametrize(("step", "keeps"), [
    *[(step, True) for step in (STEPS[0], STEPS[1], STEPS[2], STEPS[3])],
    ({"join_scd2": {"how": "inner"}}, False),
    ({"join_range": {"how": "anti"}}, False),
    ({"join_range": {"width": "1d"}}, False),
])  # fmt: skip
def test_a_join_says_whether_it_keeps_rows(step: dict[str, Any], keeps: bool) -> None:
    assert keeps_rows(step) is keeps
    assert passes_rows(step)
