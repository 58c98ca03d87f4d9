"""The verbs of repair and upkeep: backfill, rollback, run --rebuild, maintain."""

from __future__ import annotations

from pathlib import Path

from tests.cli.verbs import data, invoke

DAILY = Path("conf/tables/gold/daily_orders.yml")


def amounts() -> dict[str, str]:
    return {row["order_date"]: row["amount"] for row in data("show", "gold.daily_orders")}


def test_tables_are_recomputed_and_brought_back(fresh_project: Path) -> None:
    assert invoke("run").exit_code == 0
    assert amounts() == {"2024-03-01": "80.00", "2024-03-02": "162.60"}

    missing = invoke("backfill", "--select", "gold.daily_orders", "--from", "2024-03-02", "--to", "2024-03-03")
    assert (missing.exit_code, "LS610" in missing.stderr) == (1, True)
    spec = DAILY.read_text()
    doubled = spec.replace("THEN amount END", "THEN 2 * amount END")
    assert doubled != spec
    DAILY.write_text(doubled + "event_date: order_date\n")
    filled = invoke("backfill", "--select", "gold.daily_orders", "--from", "2024-03-02", "--to", "2024-03-03")
    assert filled.exit_code == 0, filled.stderr
    assert amounts() == {"2024-03-01": "80.00", "2024-03-02": "325.20"}

    (last,) = data("status", "--limit", "1")
    back = invoke("rollback", "--run", last["run_id"])
    assert back.exit_code == 0, back.stderr
    assert "rolled back; the next run reads again" in back.stdout
    assert amounts() == {"2024-03-01": "80.00", "2024-03-02": "162.60"}

    rebuilt = invoke("run", "--rebuild")
    assert rebuilt.exit_code == 0, rebuilt.stderr
    assert amounts() == {"2024-03-01": "160.00", "2024-03-02": "325.20"}


def test_a_bad_row_is_corrected_and_replayed(fresh_project: Path) -> None:
    assert invoke("run").exit_code == 0
    (bad,) = data("quarantine", "silver.orders")
    Path("fix.csv").write_text(f"row,set.Amount\n{bad['_row']},9.50\n")
    done = invoke("replay", "silver.orders", "--patch", "fix.csv")
    assert done.exit_code == 0, done.stderr
    assert {row["order_id"]: row["amount"] for row in data("show", "silver.orders")}[1003] == "9.50"
    assert invoke("quarantine", "silver.orders").stdout == "nothing in quarantine\n"
    shown = invoke("quarantine", "silver.orders", "--all").stdout
    assert shown.startswith('batch 1 (replayed): amount_cast (amount = "twelve")')
    refused = invoke("replay", "bronze.orders")
    assert (refused.exit_code, "LS650" in refused.stderr) == (1, True)


def test_a_run_that_is_not_known_cannot_be_rolled_back(fresh_project: Path) -> None:
    unknown = invoke("rollback", "--run", "nobody")
    assert (unknown.exit_code, "LS606" in unknown.stderr) == (1, True)


def test_a_backfill_needs_a_table_and_dates(fresh_project: Path) -> None:
    assert invoke("backfill", "--from", "2024-03-02", "--to", "2024-03-03").exit_code == 2
    assert invoke("backfill", "--select", "gold.daily_orders", "--from", "x", "--to", "2024-03-03").exit_code == 2


def test_maintenance_says_what_is_due_and_then_does_it(fresh_project: Path) -> None:
    assert invoke("run").exit_code == 0
    eager = "\nmaintenance: {min_small_files: 2}\n"
    with Path("conf/base.yml").open("a") as file:
        file.write(eager)
    extra = Path("in/orders/2024-03-03.csv")
    extra.write_text(Path("in/orders/2024-03-01.csv").read_text())
    assert invoke("run").exit_code == 0
    dry = invoke("maintain", "--select", "bronze.orders", "--dry-run")
    assert (dry.exit_code, "optimize  proposed" in dry.stdout) == (0, True), dry.stdout + dry.stderr
    done = data("maintain", "--select", "bronze.orders")
    assert [(step["action"], step["state"]) for step in done["steps"]] == [("optimize", "done")]
    assert done["published"] == 3
    assert data("run")["state"] == "nothing_new"
