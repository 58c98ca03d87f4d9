"""Move damaged files into one directory for each repair."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from lakesmith.paths import local_path

PLACE = Path(".lakesmith") / "set_aside"


def place_of(warehouse: str) -> Path | None:
    """Return the directory for files of a repair that starts now, or None.

    Examples
    --------
    >>> place_of("/lake").parts[1:4]
    ('lake', '.lakesmith', 'set_aside')
    >>> place_of("s3a://bucket/lake") is None
    True
    """
    root = local_path(warehouse)
    stamp = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S%f}"
    if root is None:
        return None
    return root.resolve() / PLACE / stamp


def move_files(warehouse: str, place: Path, files: Iterable[Path]) -> None:
    """Move existing files of the warehouse into `place`, under their relative paths.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as directory:
    ...     root = Path(directory).resolve()
    ...     (root / "torn.json").touch()
    ...     move_files(directory, root / "away", [root / "torn.json", root / "missing.json"])
    ...     [file.name for file in (root / "away").iterdir()]
    ['torn.json']
    """
    root = (local_path(warehouse) or Path()).resolve()
    for file in files:
        target = place / file.relative_to(root)
        if file.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)


def is_older(file: Path, seconds: float) -> bool:
    """Return True where a file was last changed so long ago, False where it is missing.

    Examples
    --------
    >>> is_older(Path("/no/such/file"), 0)
    False
    """
    try:
        return time.time() - file.stat().st_mtime > seconds
    except FileNotFoundError:
        return False
