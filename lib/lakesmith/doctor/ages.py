"""The age of files."""

from __future__ import annotations

import time
from pathlib import Path


def is_older(file: Path, seconds: float) -> bool:
    """Return True where a file was last changed so long ago, False where it is missing."""
    try:
        return time.time() - file.stat().st_mtime > seconds
    except FileNotFoundError:
        return False
