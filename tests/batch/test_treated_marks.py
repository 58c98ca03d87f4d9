"""A function of the user that loses the marks of treated values is refused, since they would not be counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.read.inputs import BatchInputs
from lakesmith.batch.transform.steps import transform
from lakesmith.errors import StepError
from lakesmith.quality.checks.treated import treated_results
from lakesmith.spec.model import Table
from lakesmith.testing import frame

IMPUTE = {"impute": {"column": "v", "value": 0}}


def keep_v(df: DataFrame) -> DataFrame:
    return df.select("v")


def shaped(spark: SparkSession, *steps: object) -> DataFrame:
    """Transform one row by the steps of a table that appends."""
    table = Table.model_validate({"from": "bronze.orders", "steps": [*steps]})
    batch = SimpleNamespace(
        name="silver.orders", spec=table, groups=(), touched=None, lands_source=False,
        intent=SimpleNamespace(dates=None),
    )  # fmt: skip
    inputs = SimpleNamespace(rows=frame(spark, "v int", [(None,)]), lookups={})
    return transform(cast("BatchContext", batch), cast("BatchInputs", inputs))


def test_marks_that_are_lost_are_named(spark: SparkSession) -> None:
    assert shaped(spark, IMPUTE).first() == (0, True)
    with pytest.raises(StepError, match=r"LS308 the steps lose column _treated_impute_v"):
        shaped(spark, IMPUTE, "tests.batch.test_treated_marks:keep_v")


def test_one_result_tells_of_all_steps_that_treat_a_column() -> None:
    steps = [IMPUTE, {"cap": {"column": "v", "lower": 0, "upper": {"zscore": 3}}}, IMPUTE]
    table = Table.model_validate({"from": "bronze.orders", "steps": steps})
    found = list(treated_results(table, {"rows": 5, "_treated_impute_v": 2, "_treated_cap_v": 0}))
    assert [(one.check, one.status, one.failed, one.message) for one in found] == [
        ("impute", "pass", 2, "2 of 5 rows set: constant 0; constant 0"),
        ("cap", "pass", 0, "0 of 5 rows set: lower 0, upper zscore 3"),
    ]
