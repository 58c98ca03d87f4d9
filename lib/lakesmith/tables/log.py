"""The newest commits of a table: read from its log without a Spark job on a local path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deltalake import DeltaTable
from pyspark.sql import SparkSession

from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class Commit:
    """One commit: its version, when and what it was, what its writer said about it, and what Delta counted.

    `timestamp` is in milliseconds since 1970 UTC.
    """

    version: int
    timestamp: int
    operation: str
    about: Mapping[str, Any]
    metrics: Mapping[str, int]


def newest_commits(session: SparkSession | None, table: TableRef, limit: int | None = None) -> list[Commit]:
    """Return the newest commits of an existing table, newest first.

    Notes
    -----
    No Spark job on a local path, one elsewhere.
    """
    if table.local is not None:
        found = DeltaTable(table.location).history(limit)
    elif session is not None:
        rows = table.delta(session).history(limit) if limit else table.delta(session).history()
        found = [_from_spark(row.asDict()) for row in rows.collect()]
    else:
        return []
    return [_commit(entry) for entry in found]


def _from_spark(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "timestamp": row["timestamp"].timestamp() * 1000}


def _commit(entry: Mapping[str, Any]) -> Commit:
    metrics = {key: int(value) for key, value in (entry.get("operationMetrics") or {}).items() if _is_count(value)}
    about = about_of(entry.get("userMetadata"))
    return Commit(entry["version"], int(entry["timestamp"]), entry.get("operation") or "", about, metrics)


def _is_count(value: object) -> bool:
    return str(value).isdigit()


def about_of(text: str | None) -> dict[str, Any]:
    """Parse the ``userMetadata`` of a commit; empty for a foreign commit."""
    try:
        about = json.loads(text or "{}")
    except ValueError:  # somebody else's free text
        return {}
    return about if isinstance(about, dict) else {}
