"""Counters of a Spark event log (uncompressed, not rolling): jobs, SQL executions, tasks, records, shuffle bytes, CPU; who read what.

Bytes read are left out: on a local disk Spark counts them wrongly. Records are exact.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETTINGS = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
}
SQL = "org.apache.spark.sql.execution.ui."
LOCATION = re.compile(r"^(\w+)\(\d+ paths\)\[(?:file:)?/*(/[^,\]]*)")


@dataclass
class Job:
    """One Spark job with the sums over its tasks."""

    id: int
    time: int
    execution: int | None
    group: str
    tasks: int = 0
    records_read: int = 0
    shuffle_bytes: int = 0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Scan:
    """One file scan of a query: its directory, the files and the rows that left them, the query and when it began."""

    path: str
    files: int
    rows: int
    execution: int
    time: int

    @property
    def is_log(self) -> bool:
        """Whether it read the log of a Delta table, not its rows."""
        return "/_delta_log" in self.path


@dataclass(frozen=True)
class Execution:
    """One SQL execution: when it began, what started it (the top of the call stack), and its job description."""

    id: int
    time: int
    call: str
    about: str
    plan: str = ""


@dataclass
class EventLog:
    """Jobs, scans and SQL executions of an application."""

    jobs: list[Job] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)

    def between(self, begin: float, end: float) -> EventLog:
        """Keep what began in a span of epoch seconds."""
        low, high = begin * 1000, end * 1000
        return EventLog(
            [job for job in self.jobs if low <= job.time < high],
            [scan for scan in self.scans if low <= scan.time < high],
            [one for one in self.executions if low <= one.time < high],
        )

    def rows_by_path(self) -> dict[str, int]:
        """Return the rows read from each directory, logs of tables left out."""
        return self._by_path(lambda scan: scan.rows)

    def files_by_path(self) -> dict[str, int]:
        """Return the files opened in each directory, by each scan, logs of tables left out."""
        return self._by_path(lambda scan: scan.files)

    def _by_path(self, metric: Callable[[Scan], int]) -> dict[str, int]:
        metrics: Counter[str] = Counter()
        for scan in self.scans:
            if not scan.is_log:
                metrics[scan.path] += metric(scan)
        return dict(metrics)

    def jobs_on(self, directory: Path) -> list[Job]:
        """Return the jobs of queries that scan rows of a table below a directory."""
        below = f"{directory.resolve()}/"
        executions = {x.execution for x in self.scans if not x.is_log and f"{x.path}/".startswith(below)}
        return [job for job in self.jobs if job.execution in executions]

    def by_group(self) -> dict[str, list[Job]]:
        """Return the jobs by their job group, else description."""
        groups: dict[str, list[Job]] = defaultdict(list)
        for job in self.jobs:
            groups[job.group].append(job)
        return dict(groups)


def read_event_log(file: Path) -> EventLog:
    """Read the event log of one application.

    Parameters
    ----------
    file : Path

    Returns
    -------
    EventLog
    """
    reader = _Reader()
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            reader.take(json.loads(line))
    return EventLog(list(reader.jobs.values()), list(reader.scans()), reader.executions)


class _Reader:
    """Collects what the events say, one event after the other."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.began: dict[int, int] = {}
        self.executions: list[Execution] = []
        self._job_of_stage: dict[int, Job] = {}
        # Execution -> accumulator of rows -> accumulator of files, and path.
        self._nodes: dict[int, dict[int, tuple[int, str]]] = defaultdict(dict)
        self._values: Counter[int] = Counter()
        self._takers = {
            "SparkListenerJobStart": self._job,
            "SparkListenerTaskEnd": self._task,
            f"{SQL}SparkListenerSQLExecutionStart": self._plan,
            f"{SQL}SparkListenerSQLAdaptiveExecutionUpdate": self._plan,
            f"{SQL}SparkListenerDriverAccumUpdates": self._driver,
        }

    def take(self, event: dict[str, Any]) -> None:
        taker = self._takers.get(event["Event"])
        if taker:
            taker(event)

    def scans(self) -> Iterator[Scan]:
        seen: set[int] = set()  # later queries show the plan of a frame that was kept, and read none of its files
        for execution, nodes in sorted(self._nodes.items()):
            fresh = {rows: of_node for rows, of_node in nodes.items() if rows not in seen}
            seen |= fresh.keys()
            for rows, (files, path) in fresh.items():
                yield Scan(path, self._values[files], self._values[rows], execution, self.began.get(execution, 0))

    def _job(self, event: dict[str, Any]) -> None:
        properties = event.get("Properties") or {}
        execution = properties.get("spark.sql.execution.id")
        group = properties.get("spark.jobGroup.id") or properties.get("spark.job.description") or ""
        number = None if execution is None else int(execution)
        job = Job(event["Job ID"], event["Submission Time"], number, group)
        self.jobs[job.id] = job
        self._job_of_stage |= dict.fromkeys(event["Stage IDs"], job)

    def _task(self, event: dict[str, Any]) -> None:
        job, metrics = self._job_of_stage[event["Stage ID"]], event.get("Task Metrics") or {}
        job.tasks += 1
        if metrics:
            job.records_read += metrics["Input Metrics"]["Records Read"]
            job.shuffle_bytes += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            job.cpu_seconds += metrics["Executor CPU Time"] / 1e9
        for update in event["Task Info"].get("Accumulables", []):
            if update.get("Metadata") == "sql" and "Update" in update:
                self._values[update["ID"]] += int(update["Update"])

    def _plan(self, event: dict[str, Any]) -> None:
        execution = event["executionId"]
        if "time" in event:
            self.began[execution] = event["time"]
            about = (event.get("description") or "", event.get("details") or "", event.get("physicalPlanDescription"))
            self.executions.append(Execution(execution, event["time"], about[1], about[0], about[2] or ""))
        for node in _walk(event["sparkPlanInfo"]):
            path = _path(node["metadata"].get("Location", ""))
            metrics = {metric["name"]: metric["accumulatorId"] for metric in node["metrics"]}
            if path and "number of output rows" in metrics:
                files = metrics.get("number of files read", -1)
                self._nodes[execution][metrics["number of output rows"]] = (files, path)

    def _driver(self, event: dict[str, Any]) -> None:
        for accumulator, value in event["accumUpdates"]:
            self._values[accumulator] += value


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from _walk(child)


def _path(location: str) -> str:
    """Return the first directory that a scan reads; a list of files stands for their directory."""
    found = LOCATION.match(location)
    if not found:
        return ""
    index, path = found.groups()
    is_file = index == "InMemoryFileIndex" and "." in path.rsplit("/", 1)[1]
    return path.rsplit("/", 1)[0] if is_file else path
