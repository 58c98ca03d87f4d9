"""One run: lock, recover, execute, publish, record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from uuid import uuid4

from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused, RunFailed
from lakesmith.runs.executor import Executor, OnEvent
from lakesmith.runs.ledger import Ledger, published_event, read_ledger
from lakesmith.runs.lock import run_lock
from lakesmith.runs.publish import publish
from lakesmith.runs.quiet import quiet_run
from lakesmith.runs.recording import RunFacts, now, state_of, write_records
from lakesmith.runs.recover import Recovery
from lakesmith.runs.result import RunResult, TableResult
from lakesmith.spec.graph import waves
from lakesmith.spec.model import Project
from lakesmith.tables.tail import check_tails


def run(
    session: Callable[[], SparkSession],
    project: Project,
    select: Sequence[str] = (),
    run_time: str | None = None,
    accept: Collection[str] = (),
    on_event: OnEvent = lambda event: None,
) -> RunResult:
    """Run the main job.

    Parameters
    ----------
    session : callable
        Gives the session; called only when there is something to do.
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
    facts = RunFacts(project, run_id, run_time or now(), on_event)
    order = waves(project, select)
    quiet = None if accept else quiet_run(facts, order)
    if quiet is not None:
        return quiet
    spark = session()
    with run_lock(spark, project.warehouse, project.lock_wait_seconds):
        result, executor = _build(facts, spark, order, accept)
    return _raise_or_return(result, executor)


def _build(
    facts: RunFacts, spark: SparkSession, order: Sequence[Sequence[str]], accept: Collection[str]
) -> tuple[RunResult, Executor]:
    """Recover, execute, publish and record, in this order."""
    check_tails(facts.project)
    facts.tell("run_started")
    known = [facts.ref(name) for name in facts.project.table_names()]
    ledger = read_ledger(spark, facts.ref("ops.ledger"), facts.run_id, known)
    Recovery(spark, facts.project, ledger).run(accept)
    executor = Executor(spark, facts.project, ledger, facts.run_time, facts.on_event)
    executor.run(order)
    results = [executor.result(table) for wave in order for table in wave]
    published = None if state_of(results) == "failed" else _publish(facts, spark, ledger, order)
    ledger.flush(spark)
    ledger.compact(spark)
    result = facts.result(results, published)
    write_records(facts, spark, result, executor.tallies)
    facts.tell("run_finished")
    return result, executor


def _publish(facts: RunFacts, spark: SparkSession, ledger: Ledger, order: Sequence[Sequence[str]]) -> int | None:
    """Publish the tables of the run beside those that are public; nothing when the ledger knows them as public."""
    ran = {table for wave in order for table in wave}
    versions = {**ledger.published["tables"], **{name: v for name, v in ledger.versions.items() if name in ran}}
    if versions == ledger.published["tables"]:
        return ledger.published["id"] or None
    table = facts.ref("ops.published")
    made = publish(spark, table, facts.project.env, facts.run_id, facts.run_time, versions)
    ledger.stage(published_event(made))
    facts.tell("published")
    return int(made["id"])


def _raise_or_return(result: RunResult, executor: Executor) -> RunResult:
    if result.state not in ("failed", "refused"):
        return result
    bad = [table for table in result.tables if table.state == result.state]
    if result.state == "refused":
        names = ", ".join(table.table for table in bad)
        hint = "see `lakesmith quality`; change the check or quarantine the rows, or `run --accept TABLE`"
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
