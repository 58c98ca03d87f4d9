"""Recognise a Spark that died by an error of what it was asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import SparkGone, StepError
from lakesmith.session.failures import cause_of, first_line, is_gone, telling_gone


class FarError(Exception):
    """An error whose words lie in a JVM that is gone."""

    def __str__(self) -> str:
        raise ConnectionRefusedError(111, "Connection refused")


class DeadSession:
    """What is left of a session whose JVM was killed."""

    @property
    def conf(self) -> object:
        raise ConnectionRefusedError(111, "Connection refused")


class StoppingSession:
    """A session that still answers, whose context is being stopped."""

    conf: ClassVar[dict[str, str]] = {}
    sparkContext = SimpleNamespace(_jsc=SimpleNamespace(sc=lambda: SimpleNamespace(isStopped=lambda: True)))  # noqa: N815


STOPPING: SparkSession = StoppingSession()  # type: ignore[assignment]
DEAD: SparkSession = DeadSession()  # type: ignore[assignment]
ODD = StepError("step 'now' failed: [CANNOT_PARSE_DATATYPE]", code="LS301")


def test_an_error_whose_words_lie_in_a_dead_jvm_says_that_spark_is_gone() -> None:
    assert is_gone(FarError())
    assert first_line(FarError()) == "the JVM that could say more does not answer"


def test_a_stopped_context_is_gone() -> None:
    assert is_gone(ValueError("Job 3 cancelled because SparkContext was shut down"))


@pytest.mark.parametrize("error", [ODD, StepError("step 'own' failed: java.lang.NoSuchMethodError", code="LS301")])
def test_an_error_of_a_spark_that_answers_is_what_it_says(spark: SparkSession, error: StepError) -> None:
    assert cause_of(error, spark) is error


@pytest.mark.parametrize("error", [ODD, FarError(), TypeError("'JavaPackage' object is not callable")])
def test_any_error_of_a_dead_jvm_is_spark_gone(error: Exception) -> None:
    cause = cause_of(error, DEAD)
    assert (type(cause), cause.code) == (SparkGone, "LS804")  # type: ignore[attr-defined]
    assert type(error).__name__ in str(cause)
    assert cause_of(cause, DEAD) is cause


def test_any_error_of_a_context_that_stops_is_spark_gone() -> None:
    error = RuntimeError('Cannot invoke "DAGScheduler.cleanupQueryJobs(long)" because it is null')
    assert isinstance(cause_of(error, STOPPING), SparkGone)


def test_code_that_spark_dies_under_raises_one_clear_error(spark: SparkSession) -> None:
    with pytest.raises(SparkGone, match=r"StepError: LS301 step 'now' failed"), telling_gone(DEAD):
        raise ODD
    with pytest.raises(StepError), telling_gone(spark):
        raise ODD
