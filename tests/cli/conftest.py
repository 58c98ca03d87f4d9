"""A small project as ``lakesmith init`` writes it, as the working directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.scaffold import init_project


@pytest.fixture(scope="module")
def small_project(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make the working directory of the module a new project."""
    directory = tmp_path_factory.mktemp("small")
    init_project(directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        yield directory


@pytest.fixture
def fresh_project(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the working directory of one test a new project."""
    init_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
