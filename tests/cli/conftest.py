"""A small project as ``lakesmith init`` writes it, and a way to run verbs on it in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner, Result

from lakesmith.cli.app import app
from lakesmith.scaffold import init_project

Verb = Callable[..., Result]


def invoke(*arguments: str) -> Result:
    """Run a verb in this process and return exit code, stdout and stderr."""
    return CliRunner().invoke(app, list(arguments))


def data(*arguments: str) -> Any:
    """Run a verb with ``--format json`` and return its answer."""
    result = invoke(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


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
