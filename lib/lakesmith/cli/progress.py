"""Show the progress of a run on a terminal, and warnings on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lakesmith.observe.events import (
    BatchFinished,
    BatchStarted,
    RunEvent,
    TablesPublished,
)
from lakesmith.observe.refusals import ALERTING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from lakesmith.observe.observers import Observer
    from lakesmith.observe.results import RunResult


@contextmanager
def following() -> Iterator[Observer | None]:
    """Yield an observer that shows a spinner a table, or None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(finished_text="·"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield LiveView(progress)


class LiveView:
    """One line a table, from the events of a run.

    Parameters
    ----------
    progress : rich.progress.Progress
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lines: dict[str, TaskID] = {}

    def __call__(self, event: RunEvent) -> None:
        """Take one event."""
        if isinstance(event, BatchStarted):
            self._start(event.table)
        elif isinstance(event, BatchFinished) and event.table in self._lines:
            self._finish(event)
        elif isinstance(event, TablesPublished):
            self._progress.console.print("published")

    def _start(self, table: str) -> None:
        if table not in self._lines:
            self._lines[table] = self._progress.add_task(table, total=1)

    def _finish(self, event: BatchFinished) -> None:
        result = event.result
        outcome = f"  {result.state}, {result.counts.accepted} rows"
        self._progress.update(
            self._lines[event.table], description=f"{event.table}{outcome}", completed=1
        )


def warn_if_degraded(result: RunResult) -> None:
    """Say on stderr which inputs were parked, and which refused tables did not stop the run."""
    if result.state == "degraded":
        print("\n".join([*_parked_lines(result), *_alerts(result)]), file=sys.stderr)


def _parked_lines(result: RunResult) -> list[str]:
    parked = [
        f"  {one.path}: {one.reason}" for table in result.tables for one in table.parked
    ]
    if not parked:
        return []
    return [f"warning: degraded, {len(parked)} input(s) parked", *parked]


def _alerts(result: RunResult) -> list[str]:
    return [
        f"warning: degraded, a check refused {table.table} "
        f"({ALERTING[table.state]}): {table.error}"
        for table in result.tables
        if table.state in ALERTING
    ]
