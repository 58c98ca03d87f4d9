"""Move damaged files into one directory a repair."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from lakesmith.paths import local_path

PLACE = Path(".lakesmith") / "set_aside"


def place_of(warehouse: str) -> Path | None:
    """Return the directory for files of a repair that starts now, or None."""
    root = local_path(warehouse)
    stamp = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S%f}"
    return None if root is None else root.resolve() / PLACE / stamp


def move_files(warehouse: str, place: Path, files: Iterable[Path]) -> None:
    """Move existing files of the warehouse into `place`, under their relative paths."""
    root = (local_path(warehouse) or Path()).resolve()
    for file in files:
        target = place / file.relative_to(root)
        if file.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
