"""Recompute the rows of some event dates from what is published upstream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.intent import Dates, Intent, Versions, next_intent
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.observe.events import RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.observers import NO_OBSERVERS, Observer
from lakesmith.observe.references import References
from lakesmith.observe.run_records import facts_of
from lakesmith.repair.backfill_guards import (
    require_dates,
    require_published,
    require_same_rows,
    require_settled,
)
from lakesmith.runs.executor import Executor
from lakesmith.runs.finish import conclude, raise_or_return
from lakesmith.runs.lock import project_lock
from lakesmith.runs.recover import Recovery
from lakesmith.sinks.consumers import guard_backfill
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.graph import references, waves

if TYPE_CHECKING:
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.results import RunResult
    from lakesmith.spec.model import Project


def backfill(
    session: Callable[[], SparkSession],
    project: Project,
    select: Sequence[str],
    dates: Dates,
    on_event: Observer = NO_OBSERVERS,
) -> RunResult:
    """Recompute and publish the rows of the named tables whose event date is in ``[from, to)``.

    Parameters
    ----------
    session : callable
    project : Project
    select : sequence of str
        Tables that declare an `event_date`, built from other tables.
    dates : tuple of str
        ISO dates; the second one is excluded.
    on_event : Observer, optional

    Returns
    -------
    RunResult

    Raises
    ------
    InputError
        LS610 when a table has no event date, is built from files, or is read by a table that is
        written row by row.
    LedgerError
        LS611 when a table has an unfinished or refused batch, rows of a run that was not
        published, or has read another version than is
        published, LS612 when what it reads was never published, LS617 when a consumer only takes
        added rows.
    WriteError
        LS514 when the rows of a table came from another table than its spec names.
    StepError
        LS331, LS332 when steps need statistics that are not frozen.
    RunFailed, GateRefused

    Notes
    -----
    One commit a table: an aggregate merges the groups of these dates, another table replaces its
    rows of these dates. Rows without an event date stay. Downstream tables get the change with the
    next run.
    """
    order = waves(project, select)
    for table in select:
        require_dates(project, table)
    facts = facts_of(project, None, on_event)
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        ledger = open_ledger(spark, facts.project, facts.run_id)
        record_interrupted(facts, spark, ledger)
        Recovery(spark, project, ledger).finish_rollbacks()
        require_settled(ledger, select)
        require_published(ledger, select)
        guard_backfill(ledger, select)
        executor = Executor(facts, spark, ledger)
        for wave in order:
            intents = [
                _intent(
                    project,
                    ledger,
                    table,
                    dates,
                    select,
                    facts.run_time,
                    References(spark, project).planned(table),
                )
                for table in wave
            ]
            executor.run_planned(intents)
        result = conclude(facts, spark, executor, order)
    return raise_or_return(result, executor.progress.tallies)


def _intent(
    project: Project,
    ledger: Ledger,
    table: str,
    dates: Dates,
    select: Sequence[str],
    run_time: str,
    frozen: Versions,
) -> Intent:
    spec = project.table(table)
    state = ledger.state(table)
    versions = _readable_versions(ledger, select)
    compared = references(spec)
    for name in (spec.from_, *spec.inputs.values(), *compared, table):
        if name not in versions:
            raise LedgerError(
                f"{name} was never published",
                code="LS612",
                where=table,
                hint="run it first",
            )
    require_same_upstream(table, spec, state)
    upstream = replace(ledger.state(spec.from_), version=versions[spec.from_])
    require_same_rows(table, spec, state.since, upstream)
    lookups = {name: versions[source] for name, source in spec.inputs.items()}
    return next_intent(
        spec,
        state,
        versions_slice(spec.from_, None, versions[spec.from_]),
        run_time,
        lookups=lookups,
        compared={name: versions[name] for name in compared},
        frozen=frozen,
        dates=dates,
    )


def _readable_versions(ledger: Ledger, select: Sequence[str]) -> dict[str, int]:
    """Return the published versions, and of tables of the backfill the newest ones."""
    newest = {name: ledger.versions[name] for name in select if name in ledger.versions}
    return {**ledger.published["tables"], **newest}
