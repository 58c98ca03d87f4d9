"""`check` audits a table as it is, `quality --explain` says what checks cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.cli.verbs import data, invoke

CHECKS = """
checks:
  - {id: positive, check: between, column: num, min: 0}
  - {id: few, check: row_count, max: 2}
  - {id: one_each, check: unique, columns: [num]}
"""


@pytest.fixture
def foreign(spark: SparkSession, small_project: Path) -> Path:
    """A Delta table that no spec describes, and a file of checks."""
    table = small_project / "foreign"
    if not table.exists():
        spark.sql("SELECT explode(array(-1, 2, 2)) AS num").write.format("delta").save(str(table))
        (small_project / "checks.yml").write_text(CHECKS)
    return table


def test_any_delta_table_is_checked(foreign: Path) -> None:
    done = invoke("check", str(foreign), "--checks", "checks.yml", "--format", "json")
    assert done.exit_code == 3
    found = {one["check"]: (one["status"], one["message"]) for one in json.loads(done.stdout.splitlines()[0])}
    assert found == {
        "positive": ("quarantine", "1 of 3 rows"),
        "few": ("fail", "3 rows, expected at most 2"),
        "one_each": ("fail", "1 rows repeat a key"),
    }


@pytest.mark.parametrize(("on_fail", "code"), [("quarantine", 3), ("drop", 3), ("fail", 3), ("warn", 0)])
def test_rows_that_fail_a_check_fail_the_audit(foreign: Path, on_fail: str, code: int) -> None:
    one = f"{{id: positive, check: between, column: num, min: 0, on_fail: {on_fail}}}"
    Path("rows.yml").write_text(f"checks: [{one}]\n")
    assert invoke("check", str(foreign), "--checks", "rows.yml").exit_code == code


@pytest.mark.parametrize(("text", "what"), [
    ("checks: [{id: c, check: between, column: num, min: a}]\n", "LS144 'a' is not a int"),
    ("checks: [{id: c, check: mean, column: num, min: 0}, {id: d, check: nope}]\n", "LS112 'nope' is not one of"),
    ("a: 1\n", "holds no list of checks"),
])  # fmt: skip
def test_mistakes_in_a_file_of_checks(foreign: Path, text: str, what: str) -> None:
    Path("wrong.yml").write_text(text)
    done = invoke("check", str(foreign), "--checks", "wrong.yml")
    assert done.exit_code == 2
    assert what in done.stderr
    assert "wrong.yml" in done.stderr


def test_a_table_that_is_not_there(small_project: Path) -> None:
    done = invoke("check", "nowhere")
    assert done.exit_code == 1
    assert "LS207 there is no table 'nowhere'" in done.stderr


def test_what_the_checks_cost(small_project: Path) -> None:
    (table,) = data("quality", "silver.orders", "--explain")
    assert (table["scans"], table["shuffles"]) == (0, 0)
    assert {one["cost"] for one in table["checks"]} == {"free"}
