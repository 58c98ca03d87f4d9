"""Files to read: written into a directory of the test, read as a source of the columns id and name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.sources.files.new_files import read_files, reason_to_park
from lakesmith.spec.model import FilesSource
from lakesmith.testing import frame

READ = "id string, name string, _rescued string"
Row = tuple["str | None", "str | None", "str | None"]


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., FilesSource]:
    """Return a CSV source of the columns id and name in the test's directory, some options replaced."""

    def make(**options: Any) -> FilesSource:
        return FilesSource(**{"format": "csv", "path": str(tmp_path), "columns": ("id", "name"), **options})

    return make


@pytest.fixture
def land(tmp_path: Path) -> Callable[..., Path]:
    """Write a file."""

    def write(data: bytes, name: str = "a.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return write


@pytest.fixture
def reads(spark: SparkSession, land: Callable[..., Path], source: Callable[..., FilesSource]) -> Callable[..., None]:
    """Assert that a file is not parked, and gives exactly these rows (id, name, _rescued) when it is read."""

    def check(data: bytes, rows: Sequence[Row], name: str = "a.csv", **options: Any) -> None:
        file, spec = str(land(data, name)), source(**options)
        assert reason_to_park(spark, spec, file) == ""
        found = read_files(spark, spec, [file]).drop("_source_file", "_arrived")
        assert_df_equality(found, frame(spark, READ, rows), ignore_nullable=True, ignore_row_order=True)

    return check


@pytest.fixture
def parked(spark: SparkSession, land: Callable[..., Path], source: Callable[..., FilesSource]) -> Callable[..., str]:
    """Return the reason why a file must be parked, empty when it can be read."""

    def inspect(data: bytes, name: str = "a.csv", **options: Any) -> str:
        return reason_to_park(spark, source(**options), str(land(data, name)))

    return inspect
