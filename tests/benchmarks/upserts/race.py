"""The race of upserts: what each candidate reads, writes and burns for the same changes, as Markdown.

They take turns, and CPU is compared round by round: on a shared machine the seconds of two minutes differ, by more than
the candidates do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import EventLog, read_event_log
from tests.benchmarks.idle import ENV
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.candidates import CANDIDATES, NAIVE
from tests.benchmarks.upserts.commits import bytes_written
from tests.benchmarks.upserts.ground import Facts
from tests.benchmarks.upserts.turns import take_turns

WARM_UPS = 5

HEAD = (
    "upsert", "jobs", "tasks", "rows read ÷ rows of matching files", "files opened ÷ matching",
    "bytes written ÷ changed", "bytes shuffled", "executor CPU s", "CPU s", "÷ naive", "wall s",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """The median round of one candidate; what only Spark's event log tells is empty for the others."""

    jobs: str
    tasks: str
    read: str
    files: str
    written: str
    shuffled: str
    executor: str
    cpu_seconds: tuple[float, ...]
    wall_seconds: float

    def cells(self, naive: Result) -> tuple[str, ...]:
        """Return the cells of the table."""
        ratio = median(mine / theirs for mine, theirs in zip(self.cpu_seconds, naive.cpu_seconds, strict=True))
        cpu = (f"{median(self.cpu_seconds):.2f}", f"{ratio:.2f}", f"{self.wall_seconds:.1f}")
        return (self.jobs, self.tasks, self.read, self.files, self.written, self.shuffled, self.executor, *cpu)


def race(scratch: Path, keys: str, rows: int, rounds: int, names: Sequence[str] = tuple(CANDIDATES)) -> str:
    """Let the candidates upsert the same changes; a figure counts only when the tables are equal in the end."""
    ground = scratch / "ground"
    ground.mkdir(parents=True)
    _python("ground", str(ground), keys, str(rows))
    take_turns(scratch, ground, names, rounds, WARM_UPS)
    results = {name: _result(scratch, ground, name) for name in names}
    ends = [str(scratch / name / "rounds.json") for name in names]
    _python("check", str(ground), *ends)
    facts = Facts.read(ground)
    title = f"### {facts.changed:,} {keys} changes of {facts.rows:,} rows, {facts.files_matching} files hold one"
    rows_of = [(CANDIDATES[name].about, *result.cells(results[NAIVE])) for name, result in results.items()]
    return f"{title}\n\n{markdown(HEAD, rows_of)}"


def _python(module: str, *arguments: str) -> None:
    measure([sys.executable, "-m", f"tests.benchmarks.upserts.{module}", *arguments], env=ENV)


def _result(scratch: Path, ground: Path, name: str) -> Result:
    times = json.loads((scratch / name / "rounds.json").read_text(encoding="utf-8"))
    cpu = tuple(one["cpu_seconds"] for one in times)
    wall = median(one["end"] - one["begin"] for one in times)
    facts, table = Facts.read(ground), Path(times[-1]["table"])
    written = ""
    if (table / "_delta_log").exists():
        written = f"{bytes_written(table) / (facts.changed * facts.row_bytes):.1f}"
    events = next((scratch / name / "events").glob("*"), None)
    if events is None:
        return Result("", "", "", "", written, "", "", cpu, wall)
    log = read_event_log(events).between(times[-1]["begin"], times[-1]["end"])
    executor = f"{sum(job.cpu_seconds for job in log.jobs):.2f}"
    return Result(*_counts(log, table, facts), written, f"{_shuffled(log):,}", executor, cpu, wall)


def _counts(log: EventLog, table: Path, facts: Facts) -> tuple[str, str, str, str]:
    read, opened = log.rows_by_path().get(str(table), 0), log.files_by_path().get(str(table), 0)
    ratios = f"{read / facts.rows_matching:.2f}", f"{opened / facts.files_matching:.2f}"
    return str(len(log.jobs)), str(sum(job.tasks for job in log.jobs)), *ratios


def _shuffled(log: EventLog) -> int:
    return sum(job.shuffle_bytes for job in log.jobs)
