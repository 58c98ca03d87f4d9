"""Positions of sources as tests write and compare them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lakesmith.ledger.state import TableState
from lakesmith.sources.files.position import FilePositions


def read_to(version: int | None) -> dict[str, dict[str, Any]]:
    """Return the positions of a table that has read its upstream up to a version."""
    return {} if version is None else {"table": {"to": version}}


def read_files(files: Mapping[str, tuple[int, int]], batch: int = 1) -> dict[str, dict[str, Any]]:
    """Return the positions of a table that has read files, each with size and modification time."""
    return {"files": {"seen": dict(files), "read_in": dict.fromkeys(files, batch), "parked": {}, "earlier": {}}}


def files_seen(state: TableState) -> dict[str, tuple[int, int]]:
    """Return the files that a table has seen."""
    return dict(state.positions.get("files", FilePositions().start())["seen"])


def files_parked(state: TableState) -> dict[str, str]:
    """Return the files that are parked, with their reasons."""
    return dict(state.positions.get("files", FilePositions().start())["parked"])
