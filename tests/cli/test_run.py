from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.verbs import data, invoke

LIB = str(Path(__file__).resolve().parents[2] / "lib")
REFUSING = "  - {id: nobody_pays, check: in_set, column: status, values: [open, cancelled], on_fail: fail}\n"


@pytest.fixture(scope="module", autouse=True)
def first_run(small_project: Path) -> str:
    done = invoke("run", "--run-date", "2024-03-03")
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_a_run_counts_the_rows_of_each_table(first_run: str) -> None:
    lines = first_run.splitlines()
    assert lines[0].split() == ["table", "state", "read", "dropped", "quarantined", "accepted", "version", "seconds"]
    assert [line.split()[:6] for line in lines[1:4]] == [
        ["bronze.orders", "done", "5", "0", "0", "5"],
        ["silver.orders", "done", "5", "1", "1", "3"],
        ["gold.daily_orders", "done", "2", "0", "0", "2"],
    ]
    assert re.fullmatch(r"run \S+: done, published as 1, [0-9.]+ s", lines[4])


def test_a_source_is_tried_without_writing() -> None:
    rows = data("try-source", "orders", "--limit", "2")
    assert len(rows) == 2
    assert {"OrderId", "_rescued", "_source_file"} <= rows[0].keys()
    done = invoke("try-source", "sources.order")
    assert done.exit_code != 0
    assert "LS207 no source 'order'" in done.stderr and "did you mean 'orders'?" in done.stderr


def test_a_second_run_finds_nothing_new() -> None:
    done = invoke("run")
    assert done.exit_code == 0
    assert ": nothing new" in done.stdout.splitlines()[-1]


def test_the_last_runs_are_listed_newest_first() -> None:
    runs = data("status")
    assert [run["run_state"] for run in runs][-1] == "done"
    assert runs[-1]["run_time"].startswith("2024-03-03T00:00:00")
    assert [run["started_at"] for run in runs] == sorted((run["started_at"] for run in runs), reverse=True)
    assert len(data("status", "--limit", "1")) == 1
    assert "published as 1" in invoke("status").stdout


def test_rows_are_shown_as_text() -> None:
    assert invoke("show", "gold.daily_orders", "--limit", "1").stdout.splitlines()[0] == "order_date  orders  amount"


def test_rows_are_exact_in_json() -> None:
    rows = sorted(data("show", "silver.orders"), key=lambda row: row["order_id"])
    assert rows[0] == {
        "order_id": 1001,
        "customer": "Ada Lovelace",
        "status": "paid",
        "amount": "120.50",
        "updated_at": "2024-03-02T08:00:00",
        "order_date": "2024-03-02",
    }


def test_a_version_is_shown_on_demand() -> None:
    assert len(data("show", "silver.orders", "--version", "0")) == len(data("show", "silver.orders"))


def test_bad_rows_come_with_their_reasons() -> None:
    (bad,) = data("quarantine", "silver.orders")
    assert {"check": "amount_cast", "column": "amount", "value": "twelve"} in bad["_reasons"]
    assert '(amount = "twelve")' in invoke("quarantine", "silver.orders").stdout
    assert invoke("quarantine", "gold.daily_orders").stdout == "nothing in quarantine\n"


def test_the_verdicts_of_the_last_run() -> None:
    verdicts = {verdict["check"]: verdict for verdict in data("quality", "silver.orders")}
    assert (verdicts["amount_cast"]["status"], verdicts["amount_cast"]["failed"]) == ("quarantine", 1)
    assert {verdict["table"] for verdict in data("quality")} >= {"silver.orders", "gold.daily_orders"}
    assert invoke("quality").stdout.splitlines()[0].split()[:2] == ["table", "check"]


def test_the_history_of_one_table_and_of_all() -> None:
    (commit,) = data("history", "silver.orders")["silver.orders"]
    assert (commit["version"], commit["batch"]) == (0, 1)
    assert list(data("history")) == ["bronze.orders", "silver.orders", "gold.daily_orders"]
    assert invoke("history").stdout.startswith("bronze.orders\nversion  timestamp")


def test_the_plan_says_what_is_new() -> None:
    tables = data("plan")["tables"]
    assert [table["table"] for table in tables] == ["bronze.orders", "silver.orders", "gold.daily_orders"]
    assert {table["new"] for table in tables} == {"nothing"}
    assert invoke("plan", "--select", "bronze.orders").stdout.splitlines()[1].split()[:2] == ["1", "bronze.orders"]


def test_only_selected_tables_run(fresh_project: Path) -> None:
    result = data("run", "--select", "bronze.orders,silver.orders")
    assert [table["table"] for table in result["tables"]] == ["bronze.orders", "silver.orders"]


def test_a_parked_file_degrades_the_run(fresh_project: Path) -> None:
    (fresh_project / "in" / "orders" / "2024-03-03.csv").write_text("OrderId,Customer\n7,Nobody\n")
    done = invoke("run")
    assert done.exit_code == 0
    assert "warning: degraded, 1 input(s) parked" in done.stderr and "2024-03-03.csv" in done.stderr
    assert data("status")[0]["run_state"] == "degraded"


def test_a_refusal_of_the_gate_exits_3_and_can_be_accepted(fresh_project: Path) -> None:
    spec = fresh_project / "conf" / "tables" / "silver" / "orders.yml"
    spec.write_text(spec.read_text().replace("checks:\n", f"checks:\n{REFUSING}"))
    done = invoke("run", "--format", "json")
    assert done.exit_code == 3
    answer = json.loads(done.stdout)
    assert (answer["state"], answer["error"]["code"]) == ("refused", "LS400")
    assert "LS400" in done.stderr and "Traceback" not in done.stderr
    assert invoke("run", "--accept", "silver.orders").exit_code == 0
    assert len(data("show", "silver.orders")) == 3


def test_a_check_that_cannot_be_made_refuses_and_is_named(fresh_project: Path) -> None:
    spec = fresh_project / "conf" / "tables" / "silver" / "orders.yml"
    unmade = "  - {id: no_condition, check: expression, expression: amount}\n"
    spec.write_text(spec.read_text().replace("checks:\n", f"checks:\n{unmade}"))
    done = invoke("run")
    assert done.exit_code == 3
    assert "LS401" in done.stderr and "silver.orders: no_condition could not be made: " in done.stderr
    assert "stacktrace" not in done.stderr and "Traceback" not in done.stderr
    named = "silver.orders: check no_condition could not be made: "
    assert named in done.stdout and named in invoke("status").stdout
    assert invoke("run", "--accept", "silver.orders").exit_code == 0
    spec.write_text(spec.read_text().replace("expression: amount", "expression: amount, on_fail: warn"))
    warned = invoke("run", "--rebuild", "--select", "silver.orders")
    assert (warned.exit_code, named in warned.stdout, named in invoke("status").stdout) == (0, True, True)


def test_a_failed_run_exits_1_and_tells_which_table(fresh_project: Path) -> None:
    done = invoke("run", "--set", "sources.orders.path=no/such/directory")
    assert done.exit_code == 1
    assert "LS201" in done.stderr and "Traceback" not in done.stderr
    assert done.stdout.splitlines()[1].split()[:2] == ["bronze.orders", "failed"]


def test_json_stands_alone_on_stdout(small_project: Path) -> None:
    """A process of its own: what the JVM and its JAR resolver print must not get between."""
    command = [sys.executable, "-m", "lakesmith", "show", "gold.daily_orders", "--format", "json"]
    env = {**os.environ, "PYTHONPATH": LIB, "TZ": "Asia/Tokyo"}
    done = subprocess.run(command, cwd=small_project, env=env, capture_output=True, text=True, check=True)
    assert [row["orders"] for row in sorted(json.loads(done.stdout), key=lambda row: row["order_date"])] == [1, 2]
