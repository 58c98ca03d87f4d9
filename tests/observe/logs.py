"""Logs of Delta tables that are written by hand, without data files."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from lakesmith.observe.from_log import LogScope, answer
from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.model.checks.check_list import check_list
from lakesmith.tables.statistics.model import TableStatistics
from lakesmith.tables.statistics.read import table_statistics

NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
Action = dict[str, dict[str, Any]]


def added(statistics: dict[str, Any] | None, path: str = "a.parquet", **more: Any) -> Action:
    """Return the action that adds a file."""
    stats = {} if statistics is None else {"stats": json.dumps(statistics)}
    return {
        "add": {
            "path": path,
            "partitionValues": {},
            "size": 9,
            "modificationTime": 1,
            "dataChange": True,
            **stats,
            **more,
        }
    }


def of(rows: int, low: Any = None, high: Any = None, nulls: int | None = 0, column: str = "a") -> dict[str, Any]:
    """Return the statistics of a file with one column."""
    counts = {} if nulls is None else {"nullCount": {column: nulls}}
    ends = {} if low is None else {"minValues": {column: low}, "maxValues": {column: high}}
    return {"numRecords": rows, **counts, **ends}


def logged(
    folder: Path,
    kind: str,
    *files: Action,
    partitioned: bool = False,
    column: dict[str, Any] | None = None,
    features: tuple[str, ...] = (),
) -> Path:
    """Write a table with the one column ``a`` as its log."""
    field = {"name": "a", "type": kind, "nullable": True, "metadata": {}, **(column or {})}
    schema = json.dumps({"type": "struct", "fields": [field]})
    parquet = {"provider": "parquet", "options": {}}
    about = {
        "id": "t",
        "format": parquet,
        "schemaString": schema,
        "partitionColumns": ["a"] if partitioned else [],
        "configuration": {},
    }
    protocol = {
        "minReaderVersion": 3,
        "minWriterVersion": 7,
        "readerFeatures": [*features],
        "writerFeatures": [*features],
    }
    lines = [{"protocol": protocol}, {"metaData": about}, *files]
    log = folder / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020d}.json").write_text("\n".join(map(json.dumps, lines)))
    return folder


def statistics(table: Path) -> TableStatistics:
    """Read a log that can be read."""
    found = table_statistics(table)
    assert found is not None
    return found


def answered(table: Path, check: str, **settings: Any) -> CheckResult | None:
    """Answer a check of the column ``a`` from the log."""
    found = statistics(table)
    data = {"id": "c", "check": check, **settings}
    (made,) = check_list([data], found.types)
    return answer(made, LogScope(found, found.types, NOON))


def said(result: CheckResult | None) -> tuple[str, str] | None:
    """Return status and message of a result."""
    return None if result is None else (result.status, result.message)
