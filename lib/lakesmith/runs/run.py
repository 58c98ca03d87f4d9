"""Run a project from the lock to the record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.observe.events import RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.observers import NO_OBSERVERS, Observer
from lakesmith.observe.run_records import facts_of
from lakesmith.runs.executor import Executor
from lakesmith.runs.finish import conclude, raise_or_return
from lakesmith.runs.lock import project_lock
from lakesmith.runs.nothing_new import quiet_run
from lakesmith.runs.rebuild import changed_by_source, rebuild_events, tables_to_rebuild
from lakesmith.runs.recover import Recovery
from lakesmith.spec.graph import waves

if TYPE_CHECKING:
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.results import RunResult
    from lakesmith.spec.model import Project


@dataclass(frozen=True)
class RunRequest:
    """Hold what a run is asked to do.

    `select` names tables (all when empty), `run_time` is the recorded "now" (the clock when None),
    `accept` names refused tables to publish, `rebuild` rebuilds the selected tables, else those
    whose spec changed, and all tables downstream.
    """

    select: Sequence[str] = ()
    run_time: str | None = None
    accept: Collection[str] = ()
    rebuild: bool = False


def run(
    session: Callable[[], SparkSession],
    project: Project,
    request: RunRequest | None = None,
    on_event: Observer = NO_OBSERVERS,
) -> RunResult:
    """Run the main job.

    Parameters
    ----------
    session : callable
        Gives the session; called only when there is something to do.
    project : Project
    request : RunRequest, optional
    on_event : Observer, optional

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
    request = request or RunRequest()
    facts = facts_of(project, request.run_time, on_event)
    order = waves(project, request.select)
    quiet = None if request.accept or request.rebuild else quiet_run(facts, order)
    if quiet is not None:
        return quiet
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        ledger = open_ledger(
            spark,
            facts.project,
            facts.run_id,
            request.select if request.rebuild else (),
        )
        record_interrupted(facts, spark, ledger)
        selected = {table for wave in order for table in wave}
        Recovery(spark, project, ledger).run(request.accept, selected)
        executor = Executor(facts, spark, ledger)
        order = (
            _start_rebuild(spark, project, ledger, request)
            if request.rebuild
            else order
        )
        executor.run(order)
        result = conclude(facts, spark, executor, order)
    return raise_or_return(result, executor.progress.tallies)


def _start_rebuild(
    spark: SparkSession, project: Project, ledger: Ledger, request: RunRequest
) -> tuple[tuple[str, ...], ...]:
    """Record which tables are rebuilt, and return the tables of the run in their waves."""
    other = () if request.select else changed_by_source(spark, project, ledger.states)
    tables = tables_to_rebuild(project, ledger.states, request.select, other)
    events = rebuild_events(spark, project, ledger.states, tables, request.select)
    ledger.stage(*events)
    ledger.flush(spark)
    return waves(
        project, [*dict.fromkeys([*request.select, *tables])] if request.select else ()
    )
