from __future__ import annotations

import pyspark
import pytest
from pyspark.sql import SparkSession

from lakesmith.session.capabilities import Runtime, _missing_settings, probe
from lakesmith.session.runtime_kind import is_connect


@pytest.fixture(scope="module")
def runtime(spark: SparkSession) -> Runtime:
    return probe(spark)


def test_a_fit_session_can_do_all(runtime: Runtime) -> None:
    assert runtime.problems == ()
    assert set(runtime.features.values()) == {"yes"}


def test_a_session_says_what_it_is(runtime: Runtime, spark: SparkSession) -> None:
    assert runtime.kind == ("connect" if is_connect(spark) else "classic")
    assert (runtime.spark, runtime.delta, runtime.is_databricks) == (pyspark.__version__, "4.4.0", False)
    assert runtime.worker_python == runtime.driver_python
    assert runtime.java.split(".")[0] in ("17", "21")
    assert "spark_catalog" in runtime.catalogs


class Bare:
    """A session's settings where Delta is not configured; a second context cannot be had in this process."""

    class conf:  # noqa: N801
        @staticmethod
        def get(key: str, default: str | None) -> str | None:
            return default


def test_a_session_without_delta_is_refused_with_the_two_settings() -> None:
    (problem,) = _missing_settings(Bare)  # type: ignore[arg-type]
    extensions = "--conf spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension"
    catalog = "--conf spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog"
    assert problem.code == "LS812" and problem.hint == f"start Spark with {extensions} {catalog}"
