"""Read ops tables and table histories without Spark (path tables), through delta-rs."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from lakesmith.errors import InputError
from lakesmith.tables.ref import TableRef

Row = dict[str, Any]


def read_ops(table: TableRef) -> list[Row]:
    """Return all rows of an ops table; none when it does not exist."""
    try:
        opened = DeltaTable(table.location)
    except TableNotFoundError:
        return []
    return list(opened.to_pyarrow_table().to_pylist())


def read_history(table: TableRef) -> list[Row]:
    """Return one row a commit of a table, newest first.

    Returns
    -------
    list of dict
        version, timestamp (UTC, ISO), operation, batch, run_id, and the operation's own metrics.

    Raises
    ------
    InputError
        LS207 when the table does not exist.
    """
    try:
        commits = DeltaTable(table.location).history()
    except TableNotFoundError as error:
        raise InputError(
            f"table {table.name} does not exist", code="LS207", where=table.location, hint="run `lakesmith run` first"
        ) from error
    return [_commit(commit) for commit in commits]


def _commit(commit: Row) -> Row:
    about = _about(commit.get("userMetadata"))
    at = datetime.fromtimestamp(commit["timestamp"] / 1000, timezone.utc)
    return {
        "version": commit["version"],
        "timestamp": at.isoformat(timespec="milliseconds"),
        "operation": commit.get("operation"),
        "batch": about.get("batch"),
        "epoch": about.get("epoch"),
        "run_id": about.get("run_id"),
        "input": about.get("input"),
        "metrics": commit.get("operationMetrics") or {},
    }


def _about(text: str | None) -> Row:
    try:
        about = json.loads(text or "{}")
    except ValueError:  # somebody else's free text
        return {}
    return about if isinstance(about, dict) else {}


def last_runs(rows: list[Row], limit: int) -> list[Row]:
    """Group the rows of ``ops.runs`` by run, newest first."""
    runs: dict[str, list[Row]] = {}
    for row in rows:
        runs.setdefault(row["run_id"], []).append(row)
    newest = sorted(runs.values(), key=lambda tables: (tables[0]["started_at"], tables[0]["run_id"]), reverse=True)
    return [_run(tables) for tables in newest[:limit]]


def _run(tables: list[Row]) -> Row:
    first = tables[0]
    shared = {name: first[name] for name in ("run_id", "run_state", "started_at", "run_time", "published")}
    each = [{name: value for name, value in row.items() if name not in shared} for row in tables]
    return {**shared, "tables": each}
