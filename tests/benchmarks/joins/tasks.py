"""What the tasks of each stage read and wrote, from a Spark event log."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """The tasks of one stage, in any order."""

    id: int
    begin: int = 0
    scanned: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    bytes_written: int = 0
    cpu_seconds: float = 0.0

    @property
    def skew(self) -> float:
        """Most records of a task through the mean of all, of those that came from a shuffle."""
        mean = sum(self.read) / max(len(self.read), 1)
        return max(self.read, default=0) / mean if mean else 0.0


def stages_of(file: Path, begin: float, end: float) -> list[Stage]:
    """Return the stages whose first task began in a span of epoch seconds."""
    stages: dict[int, Stage] = {}
    for event in _task_ends(file):
        stage = stages.setdefault(event["Stage ID"], Stage(event["Stage ID"]))
        launched = event["Task Info"]["Launch Time"]
        stage.begin = min(stage.begin or launched, launched)
        metrics = event.get("Task Metrics") or defaultdict(dict)
        stage.scanned.append(metrics["Input Metrics"].get("Records Read", 0))
        stage.read.append(metrics["Shuffle Read Metrics"].get("Total Records Read", 0))
        written = metrics["Shuffle Write Metrics"]
        stage.written.append(written.get("Shuffle Records Written", 0))
        stage.cpu_seconds += metrics.get("Executor CPU Time", 0) / 1e9
        stage.bytes_written += written.get("Shuffle Bytes Written", 0)
    return [stage for stage in stages.values() if begin * 1000 <= stage.begin < end * 1000]


def join_stage(stages: list[Stage]) -> Stage:
    """Return the stage that reads most records from shuffles."""
    return max(stages, key=lambda stage: sum(stage.read), default=Stage(-1))


def shuffled_of_scan(stages: list[Stage], rows: int) -> int:
    """Return the records that went into shuffles from the stages that scan so many rows or more."""
    return sum(sum(stage.written) for stage in stages if sum(stage.scanned) >= rows)


def _task_ends(file: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if '"SparkListenerTaskEnd"' in line[:60]:
                yield json.loads(line)
