"""The verb `slo` shows error budgets from what a run recorded, the refusal of a table and what became of it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from lakesmith.observe.records import RUNS
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import TableRef
from tests.cli.verbs import data, invoke

CONTRACT = "contract: {slo: {records_passing: 99 %, null_share: {amount: 1 %}}}\n"
REFUSING = "  - {id: nobody_pays, check: in_set, column: status, values: [open, cancelled], on_fail: fail}\n"


def test_objectives_are_measured_by_a_run_and_a_refusal_stops_nothing(fresh_project: Path) -> None:
    spec = fresh_project / "conf/tables/silver/orders.yml"
    text = spec.read_text().replace("checks:\n", f"checks:\n{REFUSING}", 1)
    spec.write_text(f"on_refusal: publish_and_alert\n{CONTRACT}{text}")
    done = invoke("run")
    assert done.exit_code == 0
    assert "warning: degraded, a check refused silver.orders (published all the same): check nobody_pays" in done.stderr
    assert "next: lakesmith quality silver.orders" in done.stdout
    (run,) = data("status")
    assert (run["run_state"], {table["table"]: table["state"] for table in run["tables"]}) == (
        "degraded",
        {"bronze.orders": "done", "silver.orders": "alerted", "gold.daily_orders": "done"},
    )

    shown = invoke("slo", "silver.orders", "--format", "json")
    assert (shown.exit_code, shown.stderr) == (3, "breached: silver.orders records_passing\n")
    passing, nulls = json.loads(shown.stdout)
    assert (passing["objective"], passing["state"], passing["bad"] > 1) == ("records_passing", "breached", True)
    assert passing["bad"] < passing["total"]
    assert (nulls["column"], nulls["state"], nulls["bad"], nulls["total"]) == ("amount", "met", 0, 3)
    listed = invoke("slo")
    assert (listed.exit_code, listed.stdout.split()[:4]) == (3, ["table", "objective", "column", "target"])
    before = invoke("slo", "--run-date", "2020-01-01")
    assert (before.exit_code, "not measured: silver.orders" in before.stdout) == (0, True)
    spec.write_text(spec.read_text().replace("records_passing: 99 %", "records_passing: 1 %"))
    assert invoke("slo").exit_code == 0


def test_without_a_contract_there_is_no_objective(fresh_project: Path) -> None:
    assert invoke("slo").stdout == "no objectives; a contract sets them by freshness and slo\n"


def test_a_rollback_names_a_run_or_refused_tables(fresh_project: Path) -> None:
    for arguments in ([], ["--run", "r1", "--refused", "silver.orders"]):
        assert invoke("rollback", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("target", "code", "said"), [("99 %", 3, "breached: silver.orders records_passing\n"), ("50 %", 0, "")]
)
def test_a_breach_is_an_exit_code_and_the_answer_stays_one_document(
    tmp_path: Path, target: str, code: int, said: str
) -> None:
    specs = {
        "base": f"name: shop\nwarehouse: {tmp_path}/lake\n",
        "sources/orders": "path: in\nformat: csv\ncolumns: [id]\n",
        "tables/bronze/orders": "from: sources.orders\n",
        "tables/silver/orders": f"from: bronze.orders\ncontract: {{slo: {{records_passing: {target}}}}}\n",
    }
    for name, text in specs.items():
        file = tmp_path / "conf" / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    now = datetime.now(timezone.utc)
    row = {"run_id": "r1", "table": "silver.orders", "run_time": now, "state": "done", "judged": 10, "failing": 5}
    OpsTable(TableRef("ops.runs", f"{tmp_path}/lake/ops/runs"), RUNS).append(None, [row])
    shown = invoke("slo", "--conf", str(tmp_path / "conf"), "--format", "json")
    assert (shown.exit_code, shown.stderr) == (code, said)
    assert [(one["bad"], one["total"]) for one in json.loads(shown.stdout)] == [(5, 10)]
