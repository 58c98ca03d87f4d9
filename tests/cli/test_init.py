"""A project begins with a source of any type."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakesmith.scaffold import SOURCES, init_project
from lakesmith.spec.load import load_project
from tests.cli.verbs import invoke


@pytest.mark.parametrize("source", SOURCES)
def test_a_project_of_each_type_of_source_is_sound(tmp_path: Path, source: str) -> None:
    init_project(tmp_path, source)
    project = load_project(tmp_path / "conf").project
    assert project.sources["orders"].type == source
    assert (tmp_path / "in").exists() == (source == "files")
    settings = (tmp_path / "conf/spark/local.conf").read_text()
    assert SOURCES[source] in settings
    assert settings.count("io.delta:") == 1
    assert "try-source orders" in (tmp_path / "README.md").read_text() or source == "files"


def test_the_command_names_the_types(tmp_path: Path) -> None:
    assert invoke("init", str(tmp_path / "a"), "--source", "kafka").exit_code == 0
    refused = invoke("init", str(tmp_path / "b"), "--source", "carrier_pigeon")
    assert refused.exit_code == 2
    assert "'files', 'jdbc', 'http', 'kafka'" in refused.output
