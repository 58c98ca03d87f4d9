"""Assess what a kill did: rows lost and doubled, half runs seen, work repeated, and whether the accounting closes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lakesmith.errors import LakesmithError
from lakesmith.ledger.store import read_ledger
from lakesmith.observe.records import RUNS
from lakesmith.observe.results import RunResult
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import table_ref
from tests.prove.ground import Contents, Ground, newest_tables
from tests.prove.killing import Crash
from tests.shop import TABLES, by_table

LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """What became of one kill after an uninterrupted run.

    `open` and `closed` are the tables whose batch the ledger had open or closed at the kill, `redone` those whose
    open batch the uninterrupted run did again, `redone_rows` the rows it read for them, `unrecorded` batches without a
    row in ``ops.runs``.
    """

    hit: bool
    lost: int
    doubled: int
    half_runs: int
    open: list[str]
    closed: list[str]
    redone: list[str]
    redone_rows: int
    unrecorded: int
    cpu_seconds: float
    wrong: list[str]

    @property
    def good(self) -> bool:
        """Tell whether nothing at all was wrong."""
        return not (self.lost or self.doubled or self.half_runs or self.unrecorded or self.wrong)


@dataclass
class Reader:
    """A reader of published versions that never stops looking; `seen` are the publications it met."""

    warehouse: Path
    seen: list[dict[str, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Look once."""
        try:
            tables = newest_tables(self.warehouse)
        except Exception as error:  # a reader must never meet one: kept, and reported with the outcome
            self.problems.append(f"the reader failed: {type(error).__name__}: {error}")
            return
        if tables not in self.seen:
            self.seen.append(tables)


@contextmanager
def reading(warehouse: Path) -> Iterator[Reader]:
    """Look at the publications of a warehouse all the time, from a thread of its own."""
    reader, stop = Reader(warehouse), threading.Event()

    def watch() -> None:
        while not stop.wait(LOOK_SECONDS):
            reader.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield reader
    finally:
        stop.set()
        thread.join()
        reader.look()


def assess(ground: Ground, start: str, warehouse: Path, reader: Reader, crash: Crash) -> Outcome:
    """Run to the end after a kill and say what became of it."""
    batch = 2 if start == "upsert" else 1
    reader.look()
    states = read_ledger(None, table_ref(str(warehouse), None, "ops.ledger"), "assess_kill").states
    opened = [name for name in TABLES if name in states and states[name].open]
    closed = [name for name in TABLES if name in states and states[name].batch == batch and name not in opened]
    result, wrong = _uninterrupted(ground, warehouse)
    reader.look()
    again = {name: table for name, table in by_table(result).items() if table.batches} if result else {}
    found, last = ground.contents(warehouse), newest_tables(warehouse)
    seen = [found if tables == last else ground.published(warehouse, tables) for tables in reader.seen]
    missing = [name for name in closed if name in again]
    wrong += [f"{name}: a closed batch was done again" for name in missing]
    wrong += [f"{name}: {again[name].batches} batches" for name in again if again[name].batches > 1]
    wrong += reader.problems + _commits_wrong(warehouse, batch) + _accounting_wrong(warehouse)
    return Outcome(
        hit=crash.hit,
        lost=sum((rows - found[name]).total() for name, rows in ground.after.items()),
        doubled=sum((found[name] - rows).total() for name, rows in ground.after.items()),
        half_runs=sum(not _is_whole(ground, start, content) for content in seen),
        open=opened,
        closed=closed,
        redone=[name for name in opened if name in again],
        redone_rows=sum(again[name].counts.read for name in opened if name in again),
        unrecorded=_unrecorded(warehouse, batch),
        cpu_seconds=round(crash.cpu_seconds, 1),
        wrong=wrong,
    )


def _uninterrupted(ground: Ground, warehouse: Path) -> tuple[RunResult | None, list[str]]:
    try:
        result = ground.lake(warehouse).run()
    except LakesmithError as error:
        return None, [f"the uninterrupted run failed: {error.code} {error.what}"]
    return result, [] if result.state in ("done", "nothing_new") else [f"the uninterrupted run ended {result.state}"]


def _is_whole(ground: Ground, start: str, found: Contents) -> bool:
    """Tell whether all tables are as before the run, or all as after it."""
    return any(all(found[name] == state[name] for name in TABLES) for state in (ground.before[start], ground.after))


def _commits_wrong(warehouse: Path, batch: int) -> list[str]:
    """Return the tables that do not have exactly one commit a batch."""
    wanted, wrong = Counter(range(1, batch + 1)), []
    for name in TABLES:
        commits = newest_commits(None, table_ref(str(warehouse), None, name))
        mine = Counter(c.metadata["batch"] for c in commits if str(c.metadata.get("app_id")).endswith("/main"))
        if mine != wanted:
            wrong.append(f"{name}: commits of batches {sorted(mine.elements())}")
    return wrong


def _accounting_wrong(warehouse: Path) -> list[str]:
    return [
        f"{row['table']}: read {row['read']} is not {row['dropped']} + {row['quarantined']} + {row['accepted']}"
        for row in OpsTable(table_ref(str(warehouse), None, "ops.runs"), RUNS).read(None)
        if row["read"] != row["dropped"] + row["quarantined"] + row["accepted"]
    ]


def _unrecorded(warehouse: Path, batch: int) -> int:
    rows = OpsTable(table_ref(str(warehouse), None, "ops.runs"), RUNS).read(None)
    return len(TABLES) * batch - sum(row["batches"] or 0 for row in rows)
