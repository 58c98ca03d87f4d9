"""Give tests and doctests one Spark session a worker as ``spark``.

Write ``pytest_plugins = ["lakesmith.pytest_plugin"]`` into your ``conftest.py``, or run
``pytest -p lakesmith.pytest_plugin``. With ``LAKESMITH_TEST_REMOTE=1`` it is a Spark Connect
session on a server for the tests; tests marked ``classic`` are skipped then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.session.connect_server import connect_server
from lakesmith.session.start import get_session, read_properties

REMOTE = "LAKESMITH_TEST_REMOTE"
SMALL = {
    "spark.master": "local[2]",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "1",
    # Delta caches each log for an hour (1.5 MB each), so hundreds of tables would fill the heap.
    "spark.databricks.delta.delta.log.cacheSize": "64",
}
MEMORY = "spark.driver.memory"
# Late full compilation pays within five minutes. A heap that begins with its whole size, half of it
# for young objects, is collected far less often.
JAVA_OPTIONS = (
    "-XX:+UseSerialGC -XX:NewRatio=1 -XX:MetaspaceSize=512m"
    " -XX:Tier4InvocationThreshold=150000 -XX:Tier4MinInvocationThreshold=18000"
    " -XX:Tier4CompileThreshold=450000 -XX:Tier4BackEdgeThreshold=1200000"
)
# A third of the CPU of tiny frames goes into compiling code that runs over a few rows. Over Spark
# Connect expressions are compiled, so that both ways are tested.
NOT_COMPILED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting ``lakesmith_driver_memory``."""
    parser.addini(
        "lakesmith_driver_memory",
        "Memory of the session of tests, such as 3g; that of conf/spark/local.conf by default.",
        default="",
    )


@pytest.fixture(scope="session")
def spark(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkSession]:
    """Yield a session with the settings of ``conf/spark/local.conf``, made small."""
    file = pytestconfig.rootpath / "conf" / "spark" / "local.conf"
    given = read_properties(file) if file.exists() else {}
    memory = pytestconfig.getini("lakesmith_driver_memory") or given.get(MEMORY, "1g")
    java = {"spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} -Xms{memory}"}
    settings = {**given, **java, MEMORY: memory}
    warehouse = {
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("spark-warehouse"))
    }
    if not os.environ.get(REMOTE):
        yield get_session(settings | SMALL | NOT_COMPILED | warehouse)
        return
    with connect_server(settings | SMALL | warehouse) as address:
        session = SparkSession.Builder().remote(address).getOrCreate()
        yield session
        session.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip over Spark Connect what needs a session with a JVM in this process."""
    for item in items if os.environ.get(REMOTE) else []:
        mark = item.get_closest_marker("classic")
        if mark is not None:
            item.add_marker(
                pytest.mark.skip(reason=f"not over Spark Connect: {mark.args[0]}")
            )


@pytest.fixture(autouse=True)
def _doctest_spark(
    request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]
) -> None:
    """Start Spark for those doctests only that speak of it."""
    if isinstance(request.node, pytest.DoctestItem) and "spark" in (
        request.node.dtest.docstring or ""
    ):
        doctest_namespace["spark"] = request.getfixturevalue("spark")
