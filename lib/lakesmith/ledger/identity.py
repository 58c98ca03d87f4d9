"""Name the commits of a batch, so that they are recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakesmith.sources.registry import positions_of

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.spec.model import Project


def app_id_of(project: Project, table: str, epoch: int, purpose: str) -> str:
    """Return the application id by which Delta knows the commits of one purpose on a table.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> app_id_of(Project(name="shop"), "bronze.orders", 1, "main")
    'lakesmith/local/bronze.orders/1/main'
    """
    return f"lakesmith/{project.env}/{table}/{epoch}/{purpose}"


def positions(intent: Intent) -> dict[str, Any]:
    """Return what a batch read for the metadata of its commit, cut short where it is very long.

    Examples
    --------
    >>> from lakesmith.ledger.intent import Intent
    >>> from lakesmith.sources.slices import Slice
    >>> read = Slice("table", "bronze.orders", {"since": None, "to": 5, "voids": []})
    >>> positions(Intent("silver.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read))["to"]
    5
    """
    return positions_of(intent.input.kind).brief(intent.input)
