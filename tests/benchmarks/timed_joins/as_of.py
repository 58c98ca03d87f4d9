"""What joins by time and by range cost, as Markdown."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import EventLog, read_event_log
from tests.benchmarks.idle import ENV
from tests.benchmarks.markdown import markdown

HEAD = ("", "way", "rows", "exchanges", "sorts", "bytes shuffled", "CPU s", "÷ the first way", "wall s")


def as_of_joins(scratch: Path, rounds: int) -> str:
    """Race the ways to join by time."""
    out = raced("as-of", scratch / "out", rounds)
    peers = f"pyspark {version('pyspark')}, Polars {version('polars')}"
    return f"## As-of joins (median of {rounds}, in turn, warm; {peers})\n\n{report(out)}"


def raced(part: str, out: Path, rounds: int) -> Path:
    """Run the ways of a part in a process of its own."""
    measure([sys.executable, "-m", "tests.benchmarks.timed_joins.once", part, str(out), str(rounds)], env=ENV)
    return out


def report(out: Path) -> str:
    """Lay the rounds of a race out."""
    found = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    log = read_event_log(next((out / "events").iterdir()))
    lines = [line for _, case in groupby(found, lambda one: one["case"]) for line in _lines(log, list(case))]
    return markdown(HEAD, lines)


def _lines(log: EventLog, rounds: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    by_way: dict[str, list[dict[str, Any]]] = {}
    for one in rounds:
        by_way.setdefault(one["way"], []).append(one)
    cpu = {way: statistics.median(one["cpu"] for one in found) for way, found in by_way.items()}
    ways = sorted(by_way, key=lambda way: not way.startswith("join_"))
    for way in ways:
        last = by_way[way][-1]
        part = log.between(last["begin"], last["end"])
        plan = "".join(one.plan.split("Initial Plan")[0] for one in part.executions)
        shape = [str(plan.count(word)) if plan else "" for word in ("Exchange hashpartitioning", "Sort [")]
        shuffled = f"{sum(job.shuffle_bytes for job in part.jobs):,}" if plan else ""
        wall = statistics.median(one["end"] - one["begin"] for one in by_way[way])
        times = f"{cpu[way]:.2f}", f"{cpu[way] / cpu[ways[0]]:.2f}", f"{wall:.1f}"
        yield last["case"], way, f"{last['sums']['rows']:,}", *shape, shuffled, *times


if __name__ == "__main__":
    print(report(Path(sys.argv[1])))
