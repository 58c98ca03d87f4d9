"""Files to read: written into a directory of the test, read as a source of the columns id and name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.new_files import reason_to_park
from lakesmith.spec.model import FilesSource
from tests.sources.landed import Landed, Outcome, read_together, source_of


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., FilesSource]:
    """Return a CSV source of the columns id and name in the test's directory, some options replaced."""
    return lambda **options: source_of(tmp_path, **options)


@pytest.fixture
def land(tmp_path: Path) -> Callable[..., Path]:
    """Write a file."""

    def write(data: bytes, name: str = "a.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return write


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Landed, Outcome]:
    """Read the files of all tests of the module that are to run."""
    params = [item.callspec.params for item in request.session.items if _is_of(item, request.module)]
    files = [given["file"] for given in params if isinstance(given.get("file"), Landed)]
    return read_together(spark, tmp_path_factory.mktemp("landed"), files)


def _is_of(item: Any, module: Any) -> bool:
    return getattr(item, "module", None) is module and hasattr(item, "callspec")


@pytest.fixture
def is_read(outcomes: Mapping[Landed, Outcome]) -> Callable[[Landed], None]:
    """Assert that a file is not parked, and gives exactly its rows."""

    def check(file: Landed) -> None:
        found = outcomes[file]
        assert found.reason == ""
        assert sorted(found.rows, key=repr) == sorted(file.rows, key=repr)

    return check


@pytest.fixture
def parked(spark: SparkSession, land: Callable[..., Path], source: Callable[..., FilesSource]) -> Callable[..., str]:
    """Return the reason why a file must be parked, empty when it can be read."""

    def inspect(data: bytes, name: str = "a.csv", **options: Any) -> str:
        return reason_to_park(spark, source(**options), str(land(data, name)))

    return inspect
