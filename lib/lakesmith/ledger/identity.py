"""Return the names and positions by which a commit is recognised."""

from __future__ import annotations

from typing import Any, cast

from lakesmith.ledger.intent import Intent
from lakesmith.spec.model import Project

FILES_IN_COMMIT = 1000


def app_id_of(project: Project, table: str, epoch: int, purpose: str) -> str:
    """Return the application id under which Delta remembers the commits of one purpose on a table."""
    return f"lakesmith/{project.env}/{table}/{epoch}/{purpose}"


def positions(intent: Intent) -> dict[str, Any]:
    """Return the positions of a batch for the commit's metadata; of very many files only how many, first and last."""
    read = intent.to_dict()["input"]
    files = read.get("files", ())
    if len(files) <= FILES_IN_COMMIT:
        return cast("dict[str, Any]", read)
    return {**read, "files": [files[0], files[-1]], "count": len(files)}
