"""What the key filter saves and costs, as Markdown."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import EventLog, read_event_log
from tests.benchmarks.idle import ENV
from tests.benchmarks.markdown import markdown

HEAD = ("", "way", "jobs", "rows read of the table", "bytes shuffled", "CPU s", "÷ plain")


def bloom(scratch: Path, rows: int, rounds: int) -> str:
    """Race upserts with the filter against those without."""
    out = scratch / "out"
    measure([sys.executable, "-m", "tests.benchmarks.bloom.once", str(out), str(rows), str(rounds)], env=ENV)
    return report(out, rows, rounds)


def bloom_figures(keys: int, rounds: int) -> str:
    """Return what filters of so many keys cost to build, and their false positives."""
    call = [sys.executable, "-m", "tests.benchmarks.bloom.figures", str(keys), str(rounds)]
    environment = {**os.environ, **ENV}
    made = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
    return made.stdout.strip()


def report(out: Path, rows: int, rounds: int) -> str:
    """Lay the rounds of a race out."""
    found = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    log = read_event_log(next((out / "events").iterdir()))
    lines = [line for _, case in groupby(found, lambda one: one["case"]) for line in _lines(log, out, list(case))]
    with_filter = {one["case"]: one for one in found if "bytes" in one}
    sizes = [
        (name, f"{one['bytes'] / 1e6:.1f}", f"{one['built']['cpu_seconds']:.1f}") for name, one in with_filter.items()
    ]
    stack = f"pyspark {version('pyspark')}, delta-spark {version('delta-spark')}"
    title = f"## Key filter: {rows:,} rows, hashed keys (median of {rounds}, warm; {stack})"
    return f"{title}\n\n{markdown(HEAD, lines)}\n\n{markdown(('filter of', 'MB', 'CPU s to build'), sizes)}"


def _lines(log: EventLog, out: Path, rounds: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    ways: dict[str, list[dict[str, Any]]] = {}
    for one in rounds:
        ways.setdefault(one["way"], []).append(one)
    cpu = {way: statistics.median(one["cpu_seconds"] for one in found) for way, found in ways.items()}
    return [
        (rounds[0]["case"], way, *_counts(log, out, found[-1]), f"{cpu[way]:.2f}", f"{cpu[way] / cpu['plain']:.2f}")
        for way, found in ways.items()
    ]


def _counts(log: EventLog, out: Path, one: dict[str, Any]) -> tuple[str, str, str]:
    part = log.between(one["begin"], one["end"])
    by_path = part.rows_by_path()
    read = sum(by_path.get(str(out / name), 0) for name in ("copy", "table"))
    return str(len(part.jobs)), f"{read:,}", f"{sum(job.shuffle_bytes for job in part.jobs):,}"


if __name__ == "__main__":
    print(report(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
