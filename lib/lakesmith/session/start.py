"""Return the active session, else build one from a properties file."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from lakesmith.errors import EnvironmentProblem
from lakesmith.session.cold_start import OPTIONS, quicken, remember
from lakesmith.session.failures import first_line
from lakesmith.session.runtime_kind import is_connect

# What pyspark calls its loggers of errors in a query: each error is raised too.
ERROR_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
# A Java property that names the file of log settings. With VERBOSE in the environment Spark logs as
# usual.
LOGGING = "log4j2.configurationFile"
LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")
VERBOSE = "LAKESMITH_VERBOSE"
# spark-submit, a gateway that is there, a Databricks cluster: whoever started Spark has set it up.
STARTED_BY_OTHERS = (
    "SPARK_ENV_LOADED",
    "PYSPARK_GATEWAY_PORT",
    "DATABRICKS_RUNTIME_VERSION",
)


def read_properties(path: Path) -> dict[str, str]:
    r"""Read a Spark properties file.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "x.conf"
    >>> _ = file.write_text("# a comment\nspark.a  false\nspark.b  -Da=1 -Db=2\n")
    >>> read_properties(file)
    {'spark.a': 'false', 'spark.b': '-Da=1 -Db=2'}
    """
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (
        re.split(r"[\s=]+", line, maxsplit=1)
        for line in lines
        if line and not line.startswith("#")
    )
    return {key: "".join(value) for key, *value in pairs}


def get_session(properties: Mapping[str, str] | None = None) -> SparkSession:
    """Return the active session, else build one with `properties`.

    Parameters
    ----------
    properties : mapping, optional
        Spark settings for a new session. Ignored where a session exists, where ``spark-submit`` or
        a Databricks job started us, and where ``SPARK_REMOTE`` names a server (``sc://host``).

    Returns
    -------
    SparkSession
        A session that Lakesmith never stops.

    Raises
    ------
    EnvironmentProblem
        When no session can be started (LS801), Java missing being the usual cause.
    """
    quiet_errors()
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.Builder().appName("lakesmith")
    for key, value in _own_settings(properties or {}).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise EnvironmentProblem(
            f"Spark did not start: {first_line(error)}",
            code="LS801",
            hint="install Java 17 or 21 and set JAVA_HOME; else correct the setting that is named",
        ) from error
    if not is_connect(session):
        remember(dict(session.sparkContext.getConf().getAll()))
    return session


def quiet_errors() -> None:
    """Keep pyspark from printing each error that is caught as JSON with its Java stack trace.

    Notes
    -----
    The error is still raised. A level that was set for these loggers stays, and so do handlers of
    theirs: only pyspark's own handler is replaced, which writes to stderr.
    """
    for name in ERROR_LOGGERS:
        logger = PySparkLogger.getLogger(name)
        streams = (sys.stderr, sys.__stderr__)
        own = [
            one
            for one in logger.handlers
            if type(one) is logging.StreamHandler and one.stream in streams
        ]
        for handler in own:
            logger.removeHandler(handler)
        if not logger.handlers:
            logging.Logger.addHandler(logger, logging.NullHandler())


def _quiet_start(properties: Mapping[str, str]) -> dict[str, str]:
    """Return settings with which a session on this machine starts without Spark's own log lines."""
    options = properties.get(OPTIONS, "")
    is_local = properties.get("spark.master", "").startswith("local")
    if not is_local or LOGGING in options or os.environ.get(VERBOSE):
        return dict(properties)
    quiet = f"{options} -D{LOGGING}={LOG_SETTINGS.as_uri()}"
    return {**properties, OPTIONS: quiet.strip()}


def _own_settings(properties: Mapping[str, str]) -> dict[str, str]:
    remote = os.environ.get("SPARK_REMOTE", "")
    if remote.startswith("sc:") or any(
        name in os.environ for name in STARTED_BY_OTHERS
    ):
        return {}
    if not remote:
        return _quiet_start(quicken(properties))
    # A server that pyspark starts (SPARK_REMOTE=local[2]) has its master and refuses a second one.
    return {key: value for key, value in properties.items() if key != "spark.master"}
