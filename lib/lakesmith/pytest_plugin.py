"""A pytest plugin: one Spark session a worker, seen by tests and doctests as ``spark``.

Write ``pytest_plugins = ["lakesmith.pytest_plugin"]`` into your ``conftest.py``, or run
``pytest -p lakesmith.pytest_plugin``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.session import get_session, read_properties

SMALL = {
    "spark.master": "local[2]",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="session")
def spark(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Give the session: the settings of ``conf/spark/local.conf``, made small."""
    file = pytestconfig.rootpath / "conf" / "spark" / "local.conf"
    settings = read_properties(file) if file.exists() else {}
    warehouse = {"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("spark-warehouse"))}
    yield get_session(settings | SMALL | warehouse)


@pytest.fixture(autouse=True)
def _doctest_spark(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
    """Start Spark for those doctests only that speak of it."""
    if isinstance(request.node, pytest.DoctestItem) and "spark" in (request.node.dtest.docstring or ""):
        doctest_namespace["spark"] = request.getfixturevalue("spark")
