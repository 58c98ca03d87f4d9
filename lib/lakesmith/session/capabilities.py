"""Find out what a session can do by asking it and by a trial table."""

from __future__ import annotations

import json
import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import EnvironmentProblem, LakesmithError
from lakesmith.session.batch import batch_session, ending
from lakesmith.session.failures import first_line
from lakesmith.session.runtime_kind import LOOPBACK, is_connect, server_host

SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
CLUSTER = "spark.databricks.clusterUsageTags.clusterId"
YES = "yes"
NOT_TRIED = "not tried: the server's disk is not this machine's"


@dataclass(frozen=True)
class Runtime:
    """Describe a session as it was found. What is unknown is empty.

    `features` has ``yes`` for each ability, or why not. `problems` are the faults as text.
    """

    kind: str
    server: str
    spark: str
    delta: str
    java: str
    is_databricks: bool
    master: str
    catalogs: tuple[str, ...]
    driver_python: str
    worker_python: str
    features: Mapping[str, str]
    problems: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def probe(spark: SparkSession) -> Runtime:
    """Find out what a session is and can do.

    Parameters
    ----------
    spark : SparkSession
        Classic or Spark Connect; it is left as it was.

    Returns
    -------
    Runtime

    Notes
    -----
    Two to about ten small jobs. The trial table is in a temporary directory, and is not made where
    Spark runs on another one.
    """
    is_databricks = _conf(spark, CLUSTER) != ""
    problems: list[LakesmithError] = [] if is_databricks else _missing_settings(spark)
    worker = _worker(spark, problems)
    shares_disk = server_host(spark) in LOOPBACK
    features, engine = (
        _trial(spark) if shares_disk and not problems else ({"delta": NOT_TRIED}, "")
    )
    problems += [
        _cannot(name, why)
        for name, why in features.items()
        if why not in (YES, NOT_TRIED)
    ]
    return Runtime(
        kind="connect" if is_connect(spark) else "classic",
        server=server_host(spark),
        spark=spark.version,
        delta=engine.rpartition("Delta-Lake/")[2],
        java=_java(spark),
        is_databricks=is_databricks,
        master=_conf(spark, "spark.master"),
        catalogs=tuple(catalog.name for catalog in spark.catalog.listCatalogs()),
        driver_python=platform.python_version(),
        worker_python=worker,
        features=features,
        problems=tuple(str(problem) for problem in problems),
    )


def _conf(spark: SparkSession, key: str) -> str:
    return spark.conf.get(key, None) or ""


def _missing_settings(spark: SparkSession) -> list[LakesmithError]:
    missing = {
        key: value
        for key, value in SETTINGS.items()
        if value not in _conf(spark, key).split(",")
    }
    if not missing:
        return []
    hint = "start Spark with " + " ".join(
        f"--conf {key}={value}" for key, value in missing.items()
    )
    return [
        EnvironmentProblem(
            "the session does not know Delta Lake", code="LS812", hint=hint
        )
    ]


def _worker(spark: SparkSession, problems: list[LakesmithError]) -> str:
    """Return the workers' Python, and say what is wrong with it."""
    try:
        (row,) = (
            spark.range(1)
            .select(F.udf(_describe_python(), "string")(F.lit(1)).alias("python"))
            .collect()
        )
    except PySparkException as error:
        problems.append(
            _worker_problem(
                f"no Python function runs on the workers: {first_line(error)}"
            )
        )
        return ""
    found = json.loads(row["python"])
    here = {"python": platform.python_version(), "pyarrow": pa.__version__}
    if (
        found["python"].split(".")[:2] != here["python"].split(".")[:2]
        or not found["pyarrow"]
    ):
        problems.append(
            _worker_problem(
                f"the workers have {_said(found)}, the driver has {_said(here)}"
            )
        )
    return str(found["python"])


def _describe_python() -> Callable[[Any], str]:
    """Return a function that travels whole, so that workers need nothing of Lakesmith."""
    from importlib.util import find_spec

    # Type hints would ask for a vectorised function, which needs the pyarrow that is looked for.
    return lambda _: json.dumps(
        {
            "python": platform.python_version(),
            "pyarrow": __import__("pyarrow").__version__
            if find_spec("pyarrow")
            else "",
        }
    )


def _said(python: Mapping[str, str]) -> str:
    arrow = f"pyarrow {python['pyarrow']}" if python["pyarrow"] else "no pyarrow"
    return f"Python {python['python']} and {arrow}"


def _worker_problem(what: str) -> EnvironmentProblem:
    same = "give driver and workers the same Python (PYSPARK_PYTHON) with pyarrow"
    hint = f"{same}; see `spark-submit.sh package`"
    return EnvironmentProblem(what, code="LS813", hint=hint)


def _cannot(feature: str, why: str) -> EnvironmentProblem:
    hint = "check Delta's JAR (spark.jars.packages) against the version of Spark"
    return EnvironmentProblem(f"{feature}: {why}", code="LS814", hint=hint)


def _java(spark: SparkSession) -> str:
    try:
        (row,) = spark.sql(
            "SELECT java_method('java.lang.System', 'getProperty', 'java.version') AS java"
        ).collect()
    except (
        PySparkException
    ):  # a server that allows no such call keeps its version to itself
        return ""
    return str(row["java"])


def _trial(spark: SparkSession) -> tuple[dict[str, str], str]:
    """Try what a run needs on a table of two rows, and return what worked."""
    with tempfile.TemporaryDirectory() as directory:
        path = str(Path(directory) / "trial")
        features = {
            name: _tried(action, spark, path) for name, action in TRIALS.items()
        }
        engine = (
            spark.sql(f"DESCRIBE HISTORY delta.`{path}`").first()
            if features["delta"] == YES
            else None
        )
    return features, str(engine["engineInfo"] or "") if engine else ""


def _tried(
    action: Callable[[SparkSession, str], bool], spark: SparkSession, path: str
) -> str:
    try:
        return YES if action(spark, path) else "no"
    except Exception as error:  # whatever it is, it is the answer
        return f"no: {first_line(error)}"


def _write(spark: SparkSession, path: str) -> bool:
    options = {
        "delta.enableDeletionVectors": "true",
        "delta.enableChangeDataFeed": "true",
    }
    spark.range(2).coalesce(1).write.format("delta").options(**options).save(path)
    return spark.read.format("delta").load(path).count() == 2


def _own_session(spark: SparkSession, path: str) -> bool:
    with ending(batch_session(spark)) as session:
        session.conf.set("lakesmith.trial", "here only")
        return _conf(spark, "lakesmith.trial") == ""


def _merge(spark: SparkSession, path: str) -> bool:
    same = F.col(f"delta.`{path}`.id") == F.col("s.id")
    spark.range(1, 3).alias("s").mergeInto(
        f"delta.`{path}`", same
    ).whenNotMatched().insertAll().merge()
    return spark.read.format("delta").load(path).count() == 3


def _deletion_vectors(spark: SparkSession, path: str) -> bool:
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id = 0").collect()  # noqa: S608 a path of our own
    done = spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").collect()[0]
    return (done["operationMetrics"] or {}).get("numDeletionVectorsAdded") == "1"


def _change_feed(spark: SparkSession, path: str) -> bool:
    feed: DataFrame = (
        spark.read.format("delta")
        .options(readChangeFeed="true", startingVersion="0")
        .load(path)
    )
    return feed.filter("_change_type = 'insert'").count() == 3


def _observe(spark: SparkSession, path: str) -> bool:
    seen = Observation()
    spark.range(3).observe(seen, F.count(F.lit(1)).alias("rows")).write.format(
        "noop"
    ).mode("overwrite").save()
    return seen.get == {"rows": 3}


TRIALS: dict[str, Callable[[SparkSession, str], bool]] = {
    "delta": _write,
    "a session for each batch": _own_session,
    "merge": _merge,
    "deletion vectors": _deletion_vectors,
    "change feed": _change_feed,
    "figures observed on a write": _observe,
}
