"""What a step refuses within a job of Spark is an error with its code, and says what to do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.spark_errors import translate_spark_errors
from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.as_of import join_as_of
from lakesmith.transforms.joins.lookup import join_lookup
from lakesmith.transforms.joins.scd2 import join_scd2

BATCH = SimpleNamespace(name="gold.lines", intent=SimpleNamespace(batch=4), reads_table=False)


def refused(frames: DataFrame) -> StepError:
    with pytest.raises(StepError) as caught, translate_spark_errors(cast(BatchContext, BATCH)):
        frames.collect()
    return caught.value


def twice(spark: SparkSession) -> DataFrame:
    other = frame(spark, "k int, name string", [(1, "a"), (1, "b")])
    return frame(spark, "k int", [(1,)]).transform(join_lookup(other=other, on=["k"]))


def overlap(spark: SparkSession) -> DataFrame:
    rows: list[Any] = [(1, "a", 1, 5), (1, "b", 3, None)]
    other = frame(spark, "k int, name string, valid_from int, valid_to int", rows)
    return frame(spark, "k int, at int", [(1, 4)]).transform(join_scd2(other=other, on=["k"], at="at"))


def tie(spark: SparkSession) -> DataFrame:
    other = frame(spark, "k int, at int, price int", [(1, 2, 5), (1, 2, 6)])
    return frame(spark, "k int, at int", [(1, 4)]).transform(join_as_of(other=other, on=["k"], at="at"))


@pytest.mark.parametrize(("make", "code"), [(twice, "LS353"), (overlap, "LS352"), (tie, "LS351")])
def test_a_row_that_a_join_refuses_says_code_place_and_what_to_do(spark: SparkSession, make: Any, code: str) -> None:
    error = refused(make(spark))
    assert error.code == code
    assert error.where == "gold.lines batch 4"
    assert error.hint


def test_an_error_with_a_code_that_is_none_of_ours_is_passed_on(spark: SparkSession) -> None:
    # The text of another library may look like a code.
    broken = spark.sql("SELECT raise_error('LS339 of somebody else') AS v")
    with (
        pytest.raises(Exception, match="LS339 of somebody else") as caught,
        translate_spark_errors(cast(BatchContext, BATCH)),
    ):
        broken.collect()
    assert not isinstance(caught.value, StepError)
