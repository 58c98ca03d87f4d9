"""What the last commit of a table wrote, from the table's own log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lakesmith.tables.delta_log.actions import read_actions


def _actions(table: Path, kind: str) -> list[dict[str, Any]]:
    newest = max((table / "_delta_log").glob("*.json"))
    return [action[kind] for action in read_actions(newest) if kind in action]


def bytes_written(table: Path) -> int:
    """Return the bytes of new data files, change files and deletion vectors."""
    kept = {action["path"] for action in _actions(table, "remove")}
    added = _actions(table, "add")
    files = [action for action in added if action["path"] not in kept]
    vectors = [action["deletionVector"] for action in added if action.get("deletionVector")]
    change = _actions(table, "cdc")
    return sum(action["size"] for action in (*files, *change)) + sum(vector["sizeInBytes"] for vector in vectors)


def files_hit(table: Path) -> int:
    """Return how many files that were there lost a row or were rewritten."""
    return len({action["path"] for action in _actions(table, "remove")})
