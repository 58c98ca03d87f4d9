"""What each exact way to count orphans costs, as Markdown."""

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
from tests.benchmarks.orphans.ways import WAYS

HEAD = ("", "way", "orphans", "jobs", "bytes shuffled", "CPU s", "÷ anti join", "wall s")


def orphans(scratch: Path, rounds: int) -> str:
    """Race the ways to count rows that refer to nothing."""
    out = scratch / "out"
    measure([sys.executable, "-m", "tests.benchmarks.orphans.once", str(out), str(rounds)], env=ENV)
    return report(out, rounds)


def report(out: Path, rounds: int) -> str:
    """Lay the rounds of a race out."""
    found = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    log = read_event_log(next((out / "events").iterdir()))
    lines = [line for _, case in groupby(found, lambda one: one["case"]) for line in _lines(log, list(case))]
    stack = f"pyspark {version('pyspark')}, delta-spark {version('delta-spark')}"
    return f"## Orphans (median of {rounds}, in turn, warm; {stack})\n\n{markdown(HEAD, lines)}"


def _lines(log: EventLog, rounds: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    by_way = {way: [one for one in rounds if one["way"] == way] for way in WAYS}
    cpu = {way: statistics.median(one["cpu"] for one in found) for way, found in by_way.items()}
    base = next(iter(cpu.values()))
    for way, found in by_way.items():
        last = found[-1]
        part = log.between(last["begin"], last["end"])
        shuffled = sum(job.shuffle_bytes for job in part.jobs)
        wall = statistics.median(one["end"] - one["begin"] for one in found)
        yield (
            last["case"], way, f"{last['count']:,}", str(len(part.jobs)), f"{shuffled:,}",
            f"{cpu[way]:.2f}", f"{cpu[way] / base:.2f}", f"{wall:.1f}",
        )  # fmt: skip


if __name__ == "__main__":
    print(report(Path(sys.argv[1]), int(sys.argv[2])))
