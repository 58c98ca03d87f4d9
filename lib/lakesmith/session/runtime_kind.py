"""Tell a classic session from a Spark Connect session, and find its server."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from pyspark.errors import PySparkNotImplementedError
from pyspark.sql import SparkSession

from lakesmith.errors import EnvironmentProblem
from lakesmith.paths import local_path

LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")


def is_connect(session: SparkSession) -> bool:
    """Tell a Spark Connect session, which has no JVM in this process, from a classic one."""
    return type(session).__module__.startswith("pyspark.sql.connect")


def server_host(session: SparkSession) -> str:
    """Return the host of the Spark Connect server, or an empty text where it is unknown."""
    if not is_connect(session):
        return "localhost"
    try:
        return str(client_of(session).host)
    except PySparkNotImplementedError:
        return ""


def require_own_files(session: SparkSession, paths: Iterable[str]) -> None:
    """Refuse local paths where Spark runs on another machine and would find other files.

    All code that reads or writes local files beside Spark relies on this. A process on Databricks
    has the server's files.

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
            f"path {path!r} is on this machine, and Spark runs on {host or 'another one'}",
            code="LS810",
            hint="name a path that both reach (a URL such as s3a://bucket/lake), or set `catalog`",
        )


def client_of(session: Any) -> Any:
    """Return the Spark Connect client of a session, which talks to the server."""
    return session.client
