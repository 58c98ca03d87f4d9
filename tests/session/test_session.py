from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from lakesmith.errors import EnvironmentProblem
from lakesmith.session.batch import FIXED, OLD_LITERALS, batch_session, end_session
from lakesmith.session.runtime_kind import is_connect, require_own_files
from lakesmith.session.start import _own_settings, get_session, quiet_errors


def test_a_batch_has_the_settings_of_the_run_and_its_own_beside(spark: SparkSession) -> None:
    one, other = batch_session(spark), batch_session(spark)
    one.conf.set("spark.databricks.delta.write.txnAppId", "one")
    assert one.conf.get("spark.sql.shuffle.partitions") == spark.conf.get("spark.sql.shuffle.partitions")
    assert [session.conf.get("spark.databricks.delta.write.txnAppId", None) for session in (spark, other)] == [None] * 2
    end_session(one)
    assert other.range(1).count() == 1


def test_a_batch_plans_adaptively_also_where_the_run_does_not(spark: SparkSession) -> None:
    adaptive = "spark.sql.adaptive.enabled"
    spark.conf.set(adaptive, "false")
    try:
        session = batch_session(spark)
    finally:
        spark.conf.unset(adaptive)
    assert session.conf.get(adaptive) == "true"
    end_session(session)


def test_the_session_that_is_there_is_used(spark: SparkSession) -> None:
    assert get_session({"spark.app.name": "another"}) is spark


def test_a_session_knows_its_kind(spark: SparkSession) -> None:
    assert is_connect(spark) == bool(os.environ.get("LAKESMITH_TEST_REMOTE"))


@pytest.fixture
def far() -> Iterator[SparkSession]:
    """A session of a server elsewhere; nothing is ever sent to it."""
    from pyspark.sql.connect.session import SparkSession as Remote

    session = Remote(connection="sc://spark.invalid:15002")
    session.client._release_session_on_exit = False
    yield session  # type: ignore[misc]
    session.client.close()


def test_local_paths_are_refused_where_spark_is_elsewhere(spark: SparkSession, far: SparkSession) -> None:
    require_own_files(spark, ["/lake"])
    require_own_files(far, ["s3a://bucket/lake"])
    with pytest.raises(EnvironmentProblem, match=r"LS810 path 'in' is on this machine, .* runs on spark\.invalid"):
        require_own_files(far, ["s3a://bucket/lake", "in"])


def test_a_cluster_of_databricks_keeps_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"spark.app.name": "mine"}
    assert _own_settings(given)["spark.app.name"] == "mine"
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    assert _own_settings(given) == {}


def test_a_caught_error_prints_no_stack_trace(capfd: pytest.CaptureFixture[str], spark: SparkSession) -> None:
    quiet_errors()
    with pytest.raises(AnalysisException):
        _ = spark.range(1).selectExpr("nowhere + 1").schema
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("setting", "value"), [
    ("spark.sql.ansi.enabled", "false"),
    ("spark.sql.caseSensitive", "true"),
    ("spark.sql.legacy.timeParserPolicy", "LEGACY"),
    (OLD_LITERALS, "true"),
])  # fmt: skip
def test_a_setting_that_changes_values_is_that_of_a_batch(spark: SparkSession, setting: str, value: str) -> None:
    if setting == OLD_LITERALS and is_connect(spark):
        pytest.skip("its setting is a warning there")
    before = spark.conf.get(setting)
    spark.conf.set(setting, value)
    try:
        session = batch_session(spark)
    finally:
        spark.conf.set(setting, before)
    assert session.conf.get(setting) == FIXED.get(setting, "false")
    end_session(session)
