"""Sessions: use the one that is there, else build one from a properties file; one of its own for each batch."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import SparkSession

from lakesmith.cold_start import quicken, remember
from lakesmith.errors import EnvironmentProblem

BATCH_CONFS = (
    "spark.sql.session.timeZone",
    "spark.sql.shuffle.partitions",
    "spark.sql.adaptive.enabled",
    "spark.sql.ansi.enabled",
    "spark.databricks.delta.snapshotPartitions",
)
# With either of these on, Spark leaves rows out without a word.
NEVER = ("spark.sql.files.ignoreCorruptFiles", "spark.sql.files.ignoreMissingFiles")


def read_properties(path: Path) -> dict[str, str]:
    r"""Read a Spark properties file: ``key value`` or ``key=value`` a line, ``#`` comments.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "x.conf"
    >>> _ = file.write_text("# a comment\nspark.ui.enabled  false\nspark.driver.extraJavaOptions  -Da=1 -Db=2\n")
    >>> read_properties(file)
    {'spark.ui.enabled': 'false', 'spark.driver.extraJavaOptions': '-Da=1 -Db=2'}
    """
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (re.split(r"[\s=]+", line, maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {key: "".join(value) for key, *value in pairs}


def get_session(properties: Mapping[str, str] | None = None) -> SparkSession:
    """Return the active session, else build one with `properties`.

    Parameters
    ----------
    properties : mapping, optional
        Spark settings for a new session; ignored where a session exists or ``spark-submit`` started us,
        since those settings belong to whoever started it.

    Returns
    -------
    SparkSession
        A session that Lakesmith never stops by itself.

    Raises
    ------
    EnvironmentProblem
        When no session can be started (LS801), Java missing being the usual cause.
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.Builder().appName("lakesmith")
    submitted = "SPARK_ENV_LOADED" in os.environ or "PYSPARK_GATEWAY_PORT" in os.environ
    for key, value in ({} if submitted else quicken(properties or {})).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise EnvironmentProblem(
            f"Spark did not start: {error}", code="LS801", hint="install Java 17 or 21 and set JAVA_HOME"
        ) from error
    remember(dict(session.sparkContext.getConf().getAll()))
    return session


def describe_jobs(session: SparkSession, text: str) -> None:
    """Name the jobs that this thread starts, as Spark's own pages and event log show them."""
    session.sparkContext.setJobDescription(text)


def batch_session(spark: SparkSession) -> SparkSession:
    """Return a session of its own for one batch, sharing the context, with the settings of `spark` that matter."""
    session = spark.newSession()
    for key in BATCH_CONFS:
        value = spark.conf.get(key, None)
        if value is not None:
            session.conf.set(key, value)
    for key in NEVER:
        session.conf.set(key, "false")
    return session
