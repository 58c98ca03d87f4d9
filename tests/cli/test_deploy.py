from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakesmith.scaffold import init_project
from tests.cli.verbs import invoke


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    init_project(tmp_path)
    (tmp_path / "conf" / "dev.yml").write_text("catalog: dev_shop\nsources: {orders: {path: /Volumes/x/y/orders}}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_was_written_and_the_next_commands_are_printed(project: Path) -> None:
    done = invoke("deploy-spec", "databricks")
    assert done.exit_code == 0
    assert done.stdout == (
        "wrote databricks.yml\nwrote conf/databricks/my_lake.job.yml\n\n"
        "next:\n  put the wheel of Lakesmith into dist/\n  databricks bundle validate\n  databricks bundle deploy\n"
    )
    assert invoke("deploy-spec", "databricks", "--check").stdout.startswith("as the specs say: databricks.yml\n")


def test_files_can_be_written_elsewhere_to_look_at_them(project: Path) -> None:
    done = invoke("deploy-spec", "databricks", "-o", "new", "--tasks", "layers", "--format", "json")
    assert json.loads(done.stdout)["written"] == ["new/databricks.yml", "new/conf/databricks/my_lake.job.yml"]
    assert "lakesmith-silver" in Path("new/conf/databricks/my_lake.job.yml").read_text()
    assert not Path("databricks.yml").exists()


def test_a_difference_exits_2_and_names_the_file(project: Path) -> None:
    done = invoke("deploy-spec", "databricks", "--check", "--format", "json")
    assert done.exit_code == 2
    assert {problem["code"] for problem in json.loads(done.stdout)["error"]["problems"]} == {"LS833"}


@pytest.mark.parametrize(
    "arguments", [["airflow"], ["databricks", "--tasks", "tables"], ["databricks", "--set", "catalog=main"], []]
)
def test_what_cannot_be_made_is_bad_usage(project: Path, arguments: list[str]) -> None:
    assert invoke("deploy-spec", *arguments).exit_code == 2
