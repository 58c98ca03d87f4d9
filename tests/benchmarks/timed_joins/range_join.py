"""What a join of points and intervals costs, as Markdown."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.timed_joins.as_of import raced, report


def range_joins(scratch: Path, rounds: int) -> str:
    """Race the ways to join a million points with a million intervals."""
    out = raced("range-join", scratch / "out", rounds)
    head = f"## Range joins of 1,000,000 × 1,000,000 (median of {rounds}, in turn, warm; pyspark {version('pyspark')})"
    return f"{head}\n\n{report(out)}"
