"""`check` and `suggest` need no Spark for a local table whose log and files say all."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from deltalake import write_deltalake

from lakesmith.scaffold import init_project
from tests.cli.test_offline import lakesmith_without_java

CHECKS = """
checks:
  - {id: few, check: row_count, max: 5}
  - {id: given, check: not_null, column: num}
  - {id: least, check: minimum, column: num, min: 0}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init_project(tmp_path)
    write_deltalake(str(tmp_path / "foreign"), pa.table({"num": [*range(1, 150), None]}))
    (tmp_path / "checks.yml").write_text(CHECKS)
    return tmp_path


def test_the_log_answers_without_java(project: Path) -> None:
    done = lakesmith_without_java(project, "check", "foreign", "--checks", "checks.yml", "--format", "json")
    assert done.returncode == 3, done.stderr
    found = [(one["check"], one["status"], one["from"]) for one in json.loads(done.stdout.splitlines()[0])]
    assert found == [("given", "quarantine", "log"), ("few", "fail", "log"), ("least", "pass", "log")]


def test_the_text_says_where_each_verdict_came_from(project: Path) -> None:
    done = lakesmith_without_java(project, "check", "foreign", "--checks", "checks.yml")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["table", "check", "column", "on_fail", "status", "failed", "from", "message"]
    assert lines[-1] == "3 of 3 check(s) answered from the log; no row was read"


def test_a_scan_needs_java(project: Path) -> None:
    done = lakesmith_without_java(project, "check", "foreign", "--checks", "checks.yml", "--scan")
    assert done.returncode == 1
    assert "LS801" in done.stderr


def test_suggestions_need_no_java(project: Path) -> None:
    done = lakesmith_without_java(project, "suggest", "foreign", "--sample", "120", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["rows_seen"], found["rows"]) == (120, 150)
    assert found["yaml"].startswith("# foreign, version 0: 120 of 150 rows were seen\n")
    again = lakesmith_without_java(project, "suggest", "foreign", "--sample", "120")
    assert again.stdout == found["yaml"] + "\n"


def test_a_table_that_is_not_there_suggests_nothing(project: Path) -> None:
    done = lakesmith_without_java(project, "suggest", "nowhere")
    assert done.returncode == 1
    assert "LS207 there is no table 'nowhere'" in done.stderr
