"""Sessions: use the one that is there, else build one from a properties file; one of its own for each batch."""

from __future__ import annotations

import os
import re
import sys
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError, Py4JNetworkError  # type: ignore[import-untyped]
from pyspark.errors import PySparkNotImplementedError
from pyspark.sql import SparkSession

from lakesmith.cold_start import quicken, remember
from lakesmith.errors import EnvironmentProblem
from lakesmith.paths import local_path

NO_ANSWER = "the JVM that could say more does not answer"
BROKEN = re.compile(
    "ExceptionInInitializerError|NoClassDefFoundError|NoSuchMethodError|OutOfMemoryError|"
    f"Answer from Java side is empty|{NO_ANSWER}"
)
BATCH_CONFS = (
    "spark.sql.session.timeZone",
    "spark.sql.shuffle.partitions",
    "spark.sql.adaptive.enabled",
    "spark.sql.ansi.enabled",
    "spark.databricks.delta.snapshotPartitions",
)
# With either of these on, Spark leaves rows out without a word.
NEVER = ("spark.sql.files.ignoreCorruptFiles", "spark.sql.files.ignoreMissingFiles")
# spark-submit, a gateway that is there, a Databricks cluster: whoever started Spark has set it up.
STARTED_BY_OTHERS = ("SPARK_ENV_LOADED", "PYSPARK_GATEWAY_PORT", "DATABRICKS_RUNTIME_VERSION")
LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")


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
        Spark settings for a new session; ignored where a session exists, ``spark-submit`` or a Databricks job started
        us or ``SPARK_REMOTE`` names a server (``sc://host``), since those settings belong to whoever started it.

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


def _own_settings(properties: Mapping[str, str]) -> dict[str, str]:
    remote = os.environ.get("SPARK_REMOTE", "")
    if remote.startswith("sc:") or any(name in os.environ for name in STARTED_BY_OTHERS):
        return {}
    if not remote:
        return dict(quicken(properties))
    # A server that pyspark starts for us (SPARK_REMOTE=local[2]) has its master there and refuses a second one.
    return {key: value for key, value in properties.items() if key != "spark.master"}


def is_connect(session: SparkSession) -> bool:
    """Tell a Spark Connect session, which has no JVM in this process, from a classic one."""
    return type(session).__module__.startswith("pyspark.sql.connect")


def is_gone(error: BaseException) -> bool:
    """Tell whether an error says that Spark itself is gone or broken, and nothing about what it was asked.

    Examples
    --------
    >>> is_gone(ConnectionRefusedError(111, "Connection refused")), is_gone(ValueError("no number"))
    (True, False)
    """
    return isinstance(error, Py4JNetworkError | ConnectionError) or bool(BROKEN.search(text_of(error)))


def text_of(error: BaseException) -> str:
    """Return what an error says, also when it is one of a JVM that is gone: its own words would be asked there."""
    try:
        return str(error)
    except (Py4JError, OSError):
        return NO_ANSWER


def first_line(error: Exception) -> str:
    r"""Return what a person reads of an exception: its first line and, behind it, the innermost cause in the JVM.

    Examples
    --------
    >>> first_line(ValueError("An error occurred while calling o1.\n: it failed\n\tat x\nCaused by: disk full"))
    'it failed (disk full)'
    """
    lines = text_of(error).strip().splitlines()
    told = [line.removeprefix(": ") for line in lines if not line.startswith("An error occurred while calling ")]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    first = "".join(told[:1] or lines[:1])[:400]
    return f"{first} ({causes[-1][:300]})" if causes and causes[-1] not in first else first


def server_host(session: SparkSession) -> str:
    """Return the host of the Spark Connect server, empty where it is not known; of a classic session this machine."""
    if not is_connect(session):
        return "localhost"
    try:
        return str(_client(session).host)
    except PySparkNotImplementedError:
        return ""


def require_own_files(session: SparkSession, paths: Iterable[str]) -> None:
    """Refuse local paths where Spark runs on another machine, since they would name other files there.

    Everything that reads or writes local files beside Spark relies on this rule. A process on Databricks has the
    server's files.

    Raises
    ------
    EnvironmentProblem
        LS810 names the path and the server.
    """
    host = server_host(session)
    if host in LOOPBACK or "DATABRICKS_RUNTIME_VERSION" in os.environ:
        return
    path = next((path for path in paths if local_path(path) is not None), None)
    if path is not None:
        raise EnvironmentProblem(
            f"path {path!r} lies on this machine, and Spark runs on {host or 'another one'}",
            code="LS810",
            hint="name a path that both reach (a URL such as s3a://bucket/lake), or set `catalog`",
        )


def describe_jobs(session: SparkSession, text: str) -> None:
    """Name the jobs that this thread starts, as Spark's own pages and event log show them."""
    if is_connect(session):
        session.addTag(text.replace(",", " "))
    else:
        session.sparkContext.setJobDescription(text)


def batch_session(spark: SparkSession) -> SparkSession:
    """Return a session of its own for one batch, sharing the context, with the settings of `spark` that matter.

    Over Spark Connect it is a clone with all settings; `end_session` gives it back to the server.
    """
    session = _clone(spark) if is_connect(spark) else _beside(spark)
    for key in NEVER:
        session.conf.set(key, "false")
    return session


def _beside(spark: SparkSession) -> SparkSession:
    session = spark.newSession()
    for key in BATCH_CONFS:
        value = spark.conf.get(key, None)
        if value is not None:
            session.conf.set(key, value)
    return session


def _clone(spark: Any) -> SparkSession:
    spark.conf.get("spark.sql.session.timeZone", None)  # the server knows a session from its first call on only
    session: SparkSession = spark.cloneSession()
    # pyspark closes the channel of a clone when Python itself is torn down, and hangs there: close it before.
    weakref.finalize(session, _client(session).close)
    return session


def end_session(session: SparkSession) -> None:
    """Give the session of a finished batch back; a classic one ends by itself."""
    if is_connect(session):
        _client(session).release_session()
        _client(session).close()


def _client(session: Any) -> Any:
    return session.client
