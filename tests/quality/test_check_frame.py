"""Checks of any frame, as in a notebook or a test."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

import lakesmith
from lakesmith.errors import ConfigError


@pytest.mark.classic("jobs are counted in the JVM")
def test_all_free_checks_are_one_job(spark: SparkSession) -> None:
    checks = [
        {"id": "small", "check": "between", "column": "id", "max": 5},
        {"id": "given", "check": "null_share", "column": "id", "max": 0},
        {"id": "mean", "check": "mean", "column": "id", "max": 100},
    ]
    rows = spark.range(8).coalesce(1)
    scheduler = spark._jsc.sc().dagScheduler()  # type: ignore[union-attr]
    before = int(str(scheduler.nextJobId()))
    found = lakesmith.check_frame(rows, checks)
    assert int(str(scheduler.nextJobId())) - before <= 2  # adaptive planning counts the shuffle as a job
    assert [(one.check, one.status) for one in found] == [("small", "quarantine"), ("given", "pass"), ("mean", "pass")]


def test_a_pattern_that_does_not_compile_cannot_be_made(spark: SparkSession) -> None:
    rows = spark.sql("SELECT 'a' AS c")
    found = lakesmith.check_frame(rows, [{"id": "c", "check": "regex", "column": "c", "pattern": "(?<=a*)b"}])
    assert [one.status for one in found] in (["error"], ["quarantine"])


def test_wrong_checks_are_all_named(spark: SparkSession) -> None:
    checks = [{"id": "a", "check": "mean", "column": "id"}, {"id": "b", "check": "nope"}]
    with pytest.raises(ConfigError) as caught:
        lakesmith.check_frame(spark.range(1), checks)
    assert [(problem.code, problem.key) for problem in caught.value.problems] == [("LS140", "0"), ("LS112", "1.check")]
