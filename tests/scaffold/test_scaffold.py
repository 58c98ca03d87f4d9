from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lakesmith.errors import ConfigError
from lakesmith.scaffold import init_project
from lakesmith.sources.jdbc.dialects import DIALECTS
from lakesmith.spec.graph import waves
from lakesmith.spec.load import load_project
from lakesmith.transforms.steps.problems import step_problems

ROOT = Path(__file__).resolve().parents[2]


def test_the_new_project_is_sound(tmp_path: Path) -> None:
    init_project(tmp_path / "new")
    project = load_project(tmp_path / "new" / "conf", step_check=step_problems).project
    assert waves(project) == (("bronze.orders",), ("silver.orders",), ("gold.daily_orders",))


def test_every_file_written_is_reported(tmp_path: Path) -> None:
    reported = init_project(tmp_path / "new")
    assert sorted(reported) == sorted(path for path in (tmp_path / "new").rglob("*") if path.is_file())


def test_the_sample_files_have_the_declared_columns(tmp_path: Path) -> None:
    init_project(tmp_path)
    source = load_project(tmp_path / "conf").project.sources["orders"]
    files = sorted((tmp_path / source.path).glob("*.csv"))
    assert len(files) == 2
    for file in files:
        header, *rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        assert tuple(header) == source.columns
        assert rows and {len(row) for row in rows} == {len(header)}


def test_editors_find_the_schemas(tmp_path: Path) -> None:
    for file in init_project(tmp_path):
        if file.suffix == ".yml":
            first = file.read_text().splitlines()[0]
            assert first.startswith("# yaml-language-server: $schema=")
            assert (file.parent / first.partition("=")[2]).resolve().is_file()


def test_the_spark_settings_are_those_of_the_library(tmp_path: Path) -> None:
    init_project(tmp_path)
    ours = (ROOT / "conf" / "spark" / "local.conf").read_text()
    # A project adds the driver of its database.
    ours = ours.replace(f",{DIALECTS['postgresql'].package}", "")
    assert (tmp_path / "conf" / "spark" / "local.conf").read_text() == ours


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "base.yml").write_text("name: mine\n")
    (tmp_path / "README.md").write_text("mine\n")
    with pytest.raises(ConfigError) as caught:
        init_project(tmp_path)
    taken = [str(tmp_path / "README.md"), str(tmp_path / "conf" / "base.yml")]
    assert [(p.code, p.file) for p in caught.value.problems] == [("LS117", path) for path in taken]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["README.md", "base.yml", "conf"]


@pytest.mark.parametrize("below", ["", "sub"])
def test_a_file_is_no_directory(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="LS117"):
        init_project(tmp_path / "file" / below)
