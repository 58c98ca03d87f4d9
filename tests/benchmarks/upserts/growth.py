"""How the cost of the same upsert grows with the table: counts at 1, 10 and 100 times its rows, and their slope."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import read_event_log
from tests.benchmarks.idle import ENV
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.candidates import OURS
from tests.benchmarks.upserts.commits import bytes_written

TIMES = (1, 10, 100)
HEAD = ("rows of the table", "records read", "files opened", "tasks", "jobs", "bytes written", "CPU s")


@dataclass(frozen=True)
class Cost:
    """What the upsert took on one table."""

    read: int
    files: int
    tasks: int
    jobs: int
    written: int
    cpu: float


def growth(scratch: Path, rows: int, times: Sequence[int] = TIMES) -> str:
    """Upsert 1000 clustered keys into tables that differ in size alone; return the counts and their slope."""
    costs = [_cost(scratch / str(factor), rows * factor) for factor in times]
    lines = [_cells(f"{rows * factor:,}", cost) for factor, cost in zip(times, costs, strict=True)]
    first, last = astuple(costs[0]), astuple(costs[-1])
    slopes = [f"{_slope(one, other, times[-1] / times[0]):.2f}" for one, other in zip(first, last, strict=True)]
    title = "### The same 1,000 changes into tables of other sizes"
    return f"{title}\n\n{markdown(HEAD, [*lines, ('slope', *slopes)])}"


def _cells(rows: str, cost: Cost) -> tuple[str, ...]:
    return (
        rows,
        f"{cost.read:,}",
        str(cost.files),
        str(cost.tasks),
        str(cost.jobs),
        f"{cost.written:,}",
        f"{cost.cpu:.2f}",
    )


def _slope(one: float, other: float, factor: float) -> float:
    """Return the exponent by which a cost grows with the rows: 0 is not at all, 1 in proportion."""
    return math.log(max(other, 1) / max(one, 1)) / math.log(factor)


def _cost(scratch: Path, rows: int) -> Cost:
    ground, out = scratch / "ground", scratch / OURS
    ground.mkdir(parents=True)
    for arguments in (["ground", str(ground), "clustered", str(rows)], ["once", OURS, str(ground), str(out), "1"]):
        measure([sys.executable, "-m", f"tests.benchmarks.upserts.{arguments[0]}", *arguments[1:]], env=ENV)
    took = json.loads((out / "rounds.json").read_text(encoding="utf-8"))[-1]
    log = read_event_log(next((out / "events").iterdir())).between(took["begin"], took["end"])
    read, table = log.rows_by_path().get(took["table"], 0), Path(took["table"])
    tasks = sum(job.tasks for job in log.jobs)
    return Cost(
        read, log.files_by_path().get(took["table"], 0), tasks, len(log.jobs), bytes_written(table), took["cpu_seconds"]
    )
