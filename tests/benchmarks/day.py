"""What one new day of the feed costs: Spark jobs, SQL executions, and the CPU seconds of the whole command."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.cpu import Usage, measure
from tests.benchmarks.eventlog import SETTINGS, EventLog, read_event_log
from tests.benchmarks.feed import ROOT, Feed

ENV = {"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}"}
COUNTED = "with an event log"
BARE = "as users run it"


def one_new_day(feed: Feed, scratch: Path, sets: Sequence[str]) -> list[tuple[str, ...]]:
    """Build a warehouse of all days but the last, then run the last one twice from the same state.

    Parameters
    ----------
    feed : Feed
    scratch : Path
        The warehouse is ``scratch/lake``, the growing feed ``scratch/feed``; `sets` names both.
    sets : sequence of str
        Options of ``lakesmith run``.

    Returns
    -------
    list of tuple of str
        Run, jobs, SQL executions, CPU seconds, wall seconds.
    """
    lake = scratch / "lake"
    growing = feed.copy(scratch / "feed", last=-1)
    run_command(ROOT / "conf", sets)
    shutil.copy2(feed.files[-1], growing)
    shutil.copytree(lake, scratch / "before")
    usage = run_command(ROOT / "conf", sets)
    shutil.rmtree(lake)
    shutil.move(scratch / "before", lake)
    counted, log = counted_run(scratch, sets)
    counts = (str(len(log.jobs)), str(len(log.executions)))
    return [(BARE, "", "", *_seconds(usage)), (COUNTED, *counts, *_seconds(counted))]


def counted_run(scratch: Path, sets: Sequence[str]) -> tuple[Usage, EventLog]:
    """Run the command with an event log; return what it used and the log."""
    conf = scratch / "conf"
    events = scratch / "events"
    shutil.copytree(ROOT / "conf", conf)
    events.mkdir()
    log_settings = SETTINGS | {"spark.eventLog.dir": events.as_uri()}
    with (conf / "spark" / "local.conf").open("a", encoding="utf-8") as file:
        file.write("\n" + "".join(f"{key} {value}\n" for key, value in log_settings.items()))
    usage = run_command(conf, sets)
    return usage, read_event_log(next(events.iterdir()))


def run_command(conf: Path, sets: Sequence[str]) -> Usage:
    """Run ``lakesmith run`` in a process of its own."""
    return measure([sys.executable, "-m", "lakesmith", "run", "--conf", str(conf), "--format", "json", *sets], env=ENV)


def _seconds(usage: Usage) -> tuple[str, str]:
    return f"{usage.cpu_seconds:.1f}", f"{usage.wall_seconds:.0f}"
