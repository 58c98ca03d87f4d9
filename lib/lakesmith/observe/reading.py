"""Return table histories and past runs as plain rows."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.observe.plans import plan_of
from lakesmith.quality.checks.growth import GROWTH
from lakesmith.tables.delta_log.history import Commit, newest_commits

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

Row = dict[str, Any]


def read_history(spark: SparkSession | None, table: TableRef) -> list[Row]:
    """Return one row a commit of a table, newest first.

    Returns
    -------
    list of dict
        version, timestamp (UTC, ISO), operation, batch, epoch, run_id, input (positions), Delta's
        counts, the plan of an upsert (method, and figures that were expected and that came), and
        the plans of its joins.

    Raises
    ------
    InputError
        LS207 when the table does not exist.
    """
    if not table.exists(spark):
        raise InputError(
            f"table {table.name} does not exist",
            code="LS207",
            where=table.location,
            hint="run `lakesmith run` first",
        )
    return [_row(commit) for commit in newest_commits(spark, table)]


def _row(commit: Commit) -> Row:
    at = datetime.fromtimestamp(commit.timestamp / 1000, timezone.utc)
    recorded = ("batch", "epoch", "run_id", "input")
    return {
        "version": commit.version,
        "timestamp": at.isoformat(timespec="milliseconds"),
        "operation": commit.operation,
        **{name: commit.metadata.get(name) for name in recorded},
        "metrics": dict(commit.metrics),
        "plan": plan_of(commit.metadata, commit.metrics),
        "joins": list(commit.metadata.get("joins", ())),
    }


def last_runs(rows: list[Row], limit: int) -> list[Row]:
    """Group the rows of ``ops.runs`` by run, newest first.

    Examples
    --------
    >>> shared = {"run_state": "done", "started_at": 1, "run_time": 1, "published": 4}
    >>> rows = [{"run_id": "r1", "table": table, **shared} for table in ("gold.a", "gold.b")]
    >>> [run] = last_runs(rows, limit=1)
    >>> run["run_id"], [table["table"] for table in run["tables"]]
    ('r1', ['gold.a', 'gold.b'])
    """
    runs: dict[str, list[Row]] = {}
    for row in rows:
        runs.setdefault(row["run_id"], []).append(row)
    newest = sorted(
        runs.values(),
        key=lambda tables: (tables[0]["started_at"], tables[0]["run_id"]),
        reverse=True,
    )
    return [_run(tables) for tables in newest[:limit]]


def _run(tables: list[Row]) -> Row:
    first = tables[0]
    shared = {
        name: first[name]
        for name in ("run_id", "run_state", "started_at", "run_time", "published")
    }
    each = [
        {name: value for name, value in row.items() if name not in shared}
        for row in tables
    ]
    return {**shared, "tables": each}


def last_verdicts(rows: list[Row], table: str | None) -> list[Row]:
    """Return the check results of the last run that had any, of one table or of all.

    Examples
    --------
    >>> rows = [{"run_id": run, "table": "gold.a", "check": "one"} for run in ("r1", "r2")]
    >>> [row["run_id"] for row in last_verdicts(rows, None)]
    ['r2']
    >>> last_verdicts(rows, "gold.b")
    []
    """
    known = [row for row in rows if table in (None, row["table"])]
    last = max((row["run_id"] for row in known), default=None)
    return [row for row in known if row["run_id"] == last]


def with_warnings(runs: list[Row], checks: list[Row]) -> list[Row]:
    """Add to each table of some runs the warnings of its quarantine, as ``warnings``.

    Examples
    --------
    >>> check = {"run_id": "r1", "table": "gold.a", "check": "quarantine_growth", "status": "warn"}
    >>> runs = [{"run_id": "r1", "tables": [{"table": "gold.a"}]}]
    >>> [run] = with_warnings(runs, [{**check, "message": "6 of 100 rows"}])
    >>> run["tables"]
    [{'table': 'gold.a', 'warnings': ['6 of 100 rows']}]
    """
    texts: dict[tuple[str, str], list[str]] = {}
    for row in checks:
        if row["check"] == GROWTH and row["status"] == "warn":
            key = (row["run_id"], row["table"])
            texts.setdefault(key, []).append(row["message"])
    return [
        {**run, "tables": [_warned(run, table, texts) for table in run["tables"]]}
        for run in runs
    ]


def _warned(run: Row, table: Row, texts: dict[tuple[str, str], list[str]]) -> Row:
    key = (run["run_id"], table["table"])
    return {**table, "warnings": texts.get(key, [])}
