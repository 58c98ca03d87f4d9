"""Maintain the tables of a project and publish the same rows in better files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import MaintenanceFailed
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.maintain.maintain_table import TableMaintenance
from lakesmith.maintain.publish_maintained import publish_maintained
from lakesmith.maintain.result import MaintenanceResult, Step
from lakesmith.observe.events import RunFinished, RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.observers import NO_OBSERVERS, Observer
from lakesmith.observe.results import RunResult, TableResult
from lakesmith.observe.run_records import RunFacts, facts_of, write_records
from lakesmith.runs.lock import project_lock
from lakesmith.spec.graph import waves

if TYPE_CHECKING:
    from lakesmith.ledger.store import Ledger
    from lakesmith.spec.model import Project


def maintain(
    session: Callable[[], SparkSession],
    project: Project,
    select: Sequence[str] = (),
    dry_run: bool | None = None,
    on_event: Observer = NO_OBSERVERS,
) -> MaintenanceResult:
    """Maintain tables and their quarantines, one after the other.

    Parameters
    ----------
    session : callable
    project : Project
    select : sequence of str
        Tables; all when empty.
    dry_run : bool, optional
        Only return what would be done. The default is the setting of the project, True in the
        environment ``prod``.
    on_event : Observer, optional

    Returns
    -------
    MaintenanceResult

    Raises
    ------
    MaintenanceFailed
        LS641 when an action failed; all other tables are done, `result` is attached.
    RunLocked
        When a run holds the warehouse; a dry run needs no lock.

    Notes
    -----
    A table whose batch was begun or refused is left alone, and so is one whose rows others changed.
    Killed in between, the next maintenance or run goes on well: each action is one commit that
    changes no visible row.
    """
    order = [name for wave in waves(project, select) for name in wave]
    is_dry = project.maintains_dry if dry_run is None else dry_run
    facts = facts_of(project, None, on_event)
    spark = session()
    with nullcontext() if is_dry else project_lock(spark, project):
        ledger = open_ledger(spark, facts.project, facts.run_id, create=not is_dry)
        if not is_dry:
            facts.on_event(RunStarted(facts.run_id))
            ledger.flush(spark)
            record_interrupted(facts, spark, ledger)
            publish_maintained(
                facts, spark, ledger, order
            )  # left by a killed maintenance or another OPTIMIZE
        steps = tuple(_steps(facts, spark, ledger, order, is_dry))
        number = (
            (ledger.published["id"] or None)
            if is_dry
            else _conclude(facts, spark, ledger, order, steps)
        )
    result = MaintenanceResult(
        facts.run_id, is_dry, steps, number, round(time.monotonic() - facts.started, 3)
    )
    if result.failed:
        raise _failure(result)
    return result


def _steps(
    facts: RunFacts,
    spark: SparkSession,
    ledger: Ledger,
    order: Sequence[str],
    is_dry: bool,
) -> Iterator[Step]:
    now = time.time()
    for name in order:
        ref = facts.ref(name)
        for table in (ref, ref.quarantine):
            if table.exists(spark):
                yield from TableMaintenance(
                    facts, spark, ledger, name, table, now
                ).steps(is_dry)


def _conclude(
    facts: RunFacts,
    spark: SparkSession,
    ledger: Ledger,
    order: Sequence[str],
    steps: Sequence[Step],
) -> int | None:
    number = publish_maintained(facts, spark, ledger, order)
    touched = {step.table for step in steps if step.state in ("done", "failed")}
    names = [name for name in order if name in touched]
    tables = [
        TableResult(name, "maintained", version=ledger.state(name).version)
        for name in names
    ]
    result = RunResult(facts.run_id, "maintained", tuple(tables), number)
    write_records(facts, spark, result)
    ledger.compact(spark)
    facts.on_event(RunFinished(facts.run_id, result.state))
    return number


def _failure(result: MaintenanceResult) -> MaintenanceFailed:
    count = len(result.errors)
    what = "\n".join([f"{count} action(s) of maintenance failed", *result.errors])
    return MaintenanceFailed(
        what,
        hint="fix the cause and maintain again; no row has changed",
        result=result,
    )
