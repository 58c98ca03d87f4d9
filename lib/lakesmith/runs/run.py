"""One run: lock, recover, execute, publish, record."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused, RunFailed
from lakesmith.observe.records import CHECKS, PROFILES, RUNS, SCHEMA_VERSION
from lakesmith.runs.context import positions
from lakesmith.runs.executor import Executor, OnEvent
from lakesmith.runs.ledger import Ledger, published_event, read_ledger
from lakesmith.runs.lock import run_lock
from lakesmith.runs.publish import publish
from lakesmith.runs.recover import Recovery
from lakesmith.runs.result import Event, RunResult, RunState, TableResult
from lakesmith.spec.graph import waves
from lakesmith.spec.model import Project
from lakesmith.tables.ops import OpsTable
from lakesmith.tables.ref import TableRef, table_ref


def run(
    spark: SparkSession,
    project: Project,
    select: Sequence[str] = (),
    run_time: str | None = None,
    accept: Collection[str] = (),
    on_event: OnEvent = lambda event: None,
) -> RunResult:
    """Run the main job.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    select : sequence of str
        Tables to run; all when empty.
    run_time : str, optional
        The recorded "now", ISO; the clock when left out.
    accept : collection of str
        Refused tables to publish as they are.
    on_event : callable

    Returns
    -------
    RunResult

    Raises
    ------
    RunFailed
        LS700 when a table failed: nothing was published. `result` is attached.
    GateRefused
        LS400 when a check refused a table: all others are published. `result` is attached.
    RunLocked
        When another run holds the warehouse.
    """
    run_id = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
    with run_lock(spark, project.warehouse, project.lock_wait_seconds):
        one = _Run(spark, project, run_id, run_time or _now(), on_event)
        return one.go(waves(project, select), accept)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


class _Run:
    """The steps of one run, in their order."""

    def __init__(self, spark: SparkSession, project: Project, run_id: str, run_time: str, on_event: OnEvent) -> None:
        self.spark, self.project, self.run_id, self.run_time = spark, project, run_id, run_time
        self.on_event, self.started = on_event, time.monotonic()
        self.started_at = _now()

    def go(self, order: Sequence[Sequence[str]], accept: Collection[str]) -> RunResult:
        self._tell("run_started")
        known = [self._ref(name) for name in self.project.table_names()]
        ledger = read_ledger(self.spark, self._ref("ops.ledger"), self.run_id, known)
        Recovery(self.spark, self.project, ledger).run(accept)
        executor = Executor(self.spark, self.project, ledger, self.run_time, self.on_event)
        executor.run(order)
        results = tuple(executor.result(table) for wave in order for table in wave)
        state = state_of(results)
        published = None if state == "failed" else self._publish(ledger)
        ledger.flush(self.spark)
        ledger.compact(self.spark)
        result = RunResult(self.run_id, state, results, published, round(time.monotonic() - self.started, 3))
        self._record(result, executor)
        self._tell("run_finished")
        return _raise_or_return(result, executor)

    def _ref(self, name: str) -> TableRef:
        return table_ref(self.project.warehouse, self.project.catalog, name)

    def _ops(self, name: str, ddl: str) -> OpsTable:
        return OpsTable(self._ref(name), ddl)

    def _tell(self, kind: str) -> None:
        self.on_event(Event(kind, self.run_id))

    def _publish(self, ledger: Ledger) -> int | None:
        """Publish unless the ledger knows that these versions are public already."""
        tables = {name: state.version for name, state in ledger.states.items() if state.version is not None}
        if tables == ledger.published["tables"]:
            return ledger.published["id"] or None
        made = publish(self.spark, self._ref("ops.published"), self.project.env, self.run_id, self.run_time, tables)
        ledger.stage(published_event(made))
        self._tell("published")
        return int(made["id"])

    def _record(self, result: RunResult, executor: Executor) -> None:
        run_time = datetime.fromisoformat(self.run_time)
        common = {"schema_version": SCHEMA_VERSION, "run_id": self.run_id, "run_time": run_time}
        runs = [self._run_row(result, table, executor) | common for table in result.tables]
        self._ops("ops.runs", RUNS).append(self.spark, runs)
        records = [(i, r) for tally in executor.tallies.values() for i, r in tally.records]
        checks = [
            {"table": intent.table, "batch": intent.batch, **asdict(verdict), **common}
            for intent, record in records
            for verdict in record.verdicts
        ]
        self._ops("ops.checks", CHECKS).append(self.spark, checks)
        profiles = [
            {"table": intent.table, "batch": intent.batch, "version": record.version, **row, **common}
            for intent, record in records
            for row in record.profile
        ]
        self._ops("ops.profiles", PROFILES).append(self.spark, profiles)

    def _run_row(self, result: RunResult, table: TableResult, executor: Executor) -> dict[str, Any]:
        records = executor.tallies[table.table].records
        return {
            "table": table.table,
            "started_at": datetime.fromisoformat(self.started_at),
            "state": table.state,
            "run_state": result.state,
            "batches": table.batches,
            "version": table.version,
            **asdict(table.counts),
            "seconds": table.seconds,
            "recomputed": any(record.recomputed for _, record in records),
            "parked": "\n".join(f"{one.path}: {one.reason}" for one in table.parked) or None,
            "positions": json.dumps([positions(intent) for intent, _ in records]) if records else None,
            "published": result.published,
            "error": table.error or None,
        }


def state_of(results: Sequence[TableResult]) -> RunState:
    """Return the state of a run from the states of its tables; the worst one decides."""
    states = {result.state for result in results}
    if "failed" in states:
        return "failed"
    if "refused" in states:
        return "refused"
    if any(result.parked for result in results):
        return "degraded"
    return "done" if "done" in states else "nothing_new"


def _raise_or_return(result: RunResult, executor: Executor) -> RunResult:
    if result.state not in ("failed", "refused"):
        return result
    bad = [table for table in result.tables if table.state == result.state]
    if result.state == "refused":
        names = ", ".join(table.table for table in bad)
        hint = "see `lakesmith quality`; mend the input and run again, or `run --accept TABLE` to publish it as it is"
        raise GateRefused(f"the quality gate refused {names}", where=_refusals(bad), hint=hint, result=result)
    cause = next(tally.error for tally in executor.tallies.values() if tally.error is not None)
    text = "\n".join(table.error for table in bad)
    hint = "mend the cause and run again; nothing was published"
    raise RunFailed(f"{len(bad)} table(s) failed\n{text}", hint=hint, result=result) from cause


def _refusals(tables: Sequence[TableResult]) -> str:
    failed = [
        f"{table.table}: {v.check} ({v.failed} failed)"
        for table in tables
        for v in table.verdicts
        if v.status == "fail"
    ]
    return "; ".join(failed)
