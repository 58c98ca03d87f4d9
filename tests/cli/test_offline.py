from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from deltalake import write_deltalake

from lakesmith.lake import open_lake
from lakesmith.ledger.publications import publish
from lakesmith.scaffold import init_project
from lakesmith.tables.ref import table_ref
from tests.cli.verbs import invoke

LIB = str(Path(__file__).resolve().parents[2] / "lib")
NO_JAVA = {**os.environ, "JAVA_HOME": "/nonexistent", "PYTHONPATH": LIB}


def lakesmith_without_java(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lakesmith", *arguments]
    return subprocess.run(command, cwd=directory, env=NO_JAVA, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init_project(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [["validate"], ["status"], ["history"], ["quality"], ["slo"], ["explain", "LS104"]]
)
def test_these_verbs_start_no_spark(project: Path, arguments: list[str]) -> None:
    done = lakesmith_without_java(project, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.fixture
def built(project: Path) -> Path:
    """Write a published gold table and a quarantine as a run leaves them, by delta-rs."""
    lake = open_lake(project / "conf", overrides={"warehouse": str(project / "warehouse")})
    gold = table_ref(lake.project.warehouse, None, "gold.daily_orders")
    bad = table_ref(lake.project.warehouse, None, "silver.orders").quarantine
    reason = [{"check": "amount_cast", "column": "amount", "value": "x"}]
    write_deltalake(gold.location, pa.table({"order_date": ["2024-03-01"], "orders": [1]}))
    write_deltalake(bad.location, pa.table({"_batch_id": [1], "_reasons": [reason], "_raw": ["{}"]}))
    published = table_ref(lake.project.warehouse, None, "ops.published")
    publish(None, published, "local", "run", "2026-01-01T00:00:00+00:00", {"gold.daily_orders": 0})
    return project


def test_rows_are_shown_without_spark(built: Path) -> None:
    shown = lakesmith_without_java(built, "show", "gold.daily_orders")
    bad = lakesmith_without_java(built, "quarantine", "silver.orders")
    assert (shown.returncode, shown.stdout) == (0, "order_date  orders\n2024-03-01       1\n"), shown.stderr
    assert (bad.returncode, bad.stdout) == (0, 'batch 1: amount_cast (amount = "x")\n  2abb749635de1a7f {}\n'), (
        bad.stderr
    )


def test_a_verb_that_needs_spark_says_that_java_is_missing(project: Path) -> None:
    done = lakesmith_without_java(project, "run")
    assert done.returncode == 1
    assert "LS801" in done.stderr and "install Java 17 or 21" in done.stderr
    assert "Traceback" not in done.stderr


SUITE = Path(__file__).resolve().parents[1] / "check_imports" / "samples" / "gx_1.json"


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["run", "--help"], ["explain", "LS104"], ["init", "new"], ["import-checks", str(SUITE)]],
)
def test_pyspark_is_not_imported(tmp_path: Path, arguments: list[str]) -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from lakesmith.cli.app import app\n"
        f"assert CliRunner().invoke(app, {arguments!r}).exit_code == 0\n"
        "assert 'pyspark' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=NO_JAVA, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_init_prints_the_next_two_commands(tmp_path: Path) -> None:
    done = invoke("init", str(tmp_path / "my lake"))
    assert done.exit_code == 0
    assert done.stdout.endswith(f"next:\n  cd '{tmp_path}/my lake'\n  lakesmith run\n")


def test_init_lists_what_it_wrote(tmp_path: Path) -> None:
    reported = json.loads(invoke("init", str(tmp_path / "new"), "--format", "json").stdout)
    assert sorted(reported["written"]) == sorted(str(path) for path in (tmp_path / "new").rglob("*") if path.is_file())


def test_init_never_overwrites(project: Path) -> None:
    done = invoke("init", str(project))
    assert done.exit_code == 2
    assert "LS117" in done.stderr


def test_validate_counts_sources_and_tables(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert invoke("validate").stdout == "specs are sound: 1 source(s), 3 table(s)\n"


def test_all_problems_of_the_specs_are_listed(project: Path) -> None:
    with (project / "conf" / "base.yml").open("a") as base:
        base.write("nmae: twice\ncountry: NO\n")
    done = invoke("validate", "--conf", str(project / "conf"), "--format", "json")
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["error"]["problems"]
    assert {problem["key"] for problem in problems} >= {"nmae", "country"}
    assert all(problem["file"].endswith("base.yml") and problem["line"] for problem in problems)
    assert "Traceback" not in done.stderr and "base.yml" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "--unknown"],
        ["nonsense"],
        ["show"],
        ["validate", "--format", "xml"],
        ["validate", "--set", "no-equals-sign"],
        ["validate", "--conf", "no/such/directory"],
        ["validate", "--env", "nowhere"],
        ["explain", "LS999"],
        ["show", "silver.nothing"],
        ["show", "silver.orders", "--version", "newest"],
        ["run", "--select", "silver.nothing"],
        ["run", "--run-date", "yesterday"],
    ],
)
def test_bad_usage_exits_2(project: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(project)
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert done.stdout == "" and done.stderr


def test_a_setting_wins_over_the_specs(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    done = invoke("validate", "--set", "parallel=0")
    assert done.exit_code == 2
    assert "parallel" in done.stderr and "--set" in done.stderr


def test_explain_answers_in_json() -> None:
    assert json.loads(invoke("explain", "ls104", "--format", "json").stdout)["title"] == "key written twice"


def test_an_unforeseen_exception_keeps_its_traceback(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setattr("lakesmith.lake.Lake.status", lambda self, limit: 1 / 0)
    done = invoke("status")
    assert done.exit_code == 1
    assert isinstance(done.exception, ZeroDivisionError)
