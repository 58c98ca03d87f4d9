"""Recompute the rows of some event dates from what is published upstream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pyspark.sql import SparkSession

from lakesmith.errors import InputError, LedgerError
from lakesmith.ledger.intent import Dates, Intent
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import Ledger
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.observe.events import RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.results import RunResult
from lakesmith.observe.run_records import facts_of
from lakesmith.runs.executor import Executor, OnEvent
from lakesmith.runs.finish import conclude, raise_or_return
from lakesmith.runs.lock import project_lock
from lakesmith.runs.recover import Recovery
from lakesmith.sources.upstream_source import has_moved, versions_slice
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.graph import waves
from lakesmith.spec.model import Project, Table


def backfill(
    session: Callable[[], SparkSession],
    project: Project,
    select: Sequence[str],
    dates: Dates,
    on_event: OnEvent = lambda event: None,
) -> RunResult:
    """Recompute and publish the rows of the named tables whose event date is in ``[from, to)``.

    Parameters
    ----------
    session : callable
    project : Project
    select : sequence of str
        Tables that declare an `event_date`, built from other tables.
    dates : tuple of str
        ISO dates; the second one is out.
    on_event : callable

    Returns
    -------
    RunResult

    Raises
    ------
    InputError
        LS610 when a table has no event date, is built from files, or is read by a table that is
        written row by row.
    LedgerError
        LS611 when a table has an unfinished or refused batch, or has read another version than is
        published, LS612 when what it reads was never published.
    WriteError
        LS514 when the rows of a table came from another table than its spec names.
    RunFailed, GateRefused

    Notes
    -----
    One commit a table: an aggregate merges the groups of these dates, another table replaces its
    rows of these dates. Rows without an event date stay. Tables below get the change with the next
    run.
    """
    order = waves(project, select)
    for table in select:
        _require_dates(project, table)
    facts = facts_of(project, None, on_event)
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        ledger = open_ledger(spark, facts.project, facts.run_id)
        record_interrupted(facts, spark, ledger)
        Recovery(spark, project, ledger).finish_rollbacks()
        _require_settled(ledger, select)
        executor = Executor(spark, project, ledger, facts.run_time, on_event)
        for wave in order:
            executor.run_planned(
                [
                    _intent(project, ledger, table, dates, select, facts.run_time)
                    for table in wave
                ]
            )
        result = conclude(facts, spark, executor, order)
    return raise_or_return(result, executor)


def _intent(
    project: Project,
    ledger: Ledger,
    table: str,
    dates: Dates,
    select: Sequence[str],
    run_time: str,
) -> Intent:
    spec = project.table(table)
    state = ledger.state(table)
    versions = {
        **ledger.published["tables"],
        **{name: v for name, v in ledger.versions.items() if name in select},
    }
    for name in (spec.from_, *spec.inputs.values(), table):
        if name not in versions:
            raise LedgerError(
                f"{name} was never published",
                code="LS612",
                where=table,
                hint="run it first",
            )
    require_same_upstream(table, spec, state)
    _require_same_rows(
        table,
        spec,
        state.since,
        replace(ledger.state(spec.from_), version=versions[spec.from_]),
    )
    return Intent(
        table=table,
        epoch=state.epoch,
        batch=state.batch + 1,
        run_time=run_time,
        spec_hash=spec_hash(spec),
        input=versions_slice(spec.from_, None, versions[spec.from_]),
        lookups=tuple(
            sorted((name, versions[source]) for name, source in spec.inputs.items())
        ),
        dates=dates,
        inputs=tuple(sorted(spec.inputs.items())),
    )


def _require_dates(project: Project, table: str) -> None:
    spec = project.table(table)
    below = _row_by_row_below(project, table)
    if spec.from_.startswith("sources."):
        what = "is built from files and keeps the raw input"
        hint = "land corrected files, or roll back and run again"
    elif spec.event_date is None:
        what = "declares no event_date"
        hint = "name the date column of the contract as `event_date` in its spec"
    elif below:
        what = (
            f"is read by {', '.join(below)}, written row by row, so recomputed rows "
            "would come twice"
        )
        hint = f"`lakesmith run --rebuild --select {table}` rebuilds them all"
    else:
        return
    raise InputError(f"{table} {what}", code="LS610", where=table, hint=hint)


def _row_by_row_below(project: Project, table: str) -> list[str]:
    specs = {name: project.table(name) for name in project.table_names()}
    return [
        name
        for name, spec in specs.items()
        if spec.from_ == table and not spec.write.recomputes
    ]


def _require_same_rows(
    table: str, spec: Table, since: int | None, upstream: TableState
) -> None:
    """Raise where the rows of a version would be lost or read twice by the next run."""
    is_ahead = (
        since is not None and upstream.version is not None and since > upstream.version
    )
    if is_ahead or (not spec.write.keys and has_moved(upstream, since)):
        raise LedgerError(
            f"{table} has read version {since} of {spec.from_}, and a backfill "
            f"reads {upstream.version}",
            code="LS611",
            where=table,
            hint="`lakesmith run` brings them together; backfill afterwards",
        )


def _require_settled(ledger: Ledger, select: Sequence[str]) -> None:
    for table in select:
        state = ledger.state(table)
        if state.open or state.refused:
            kind = "unfinished" if state.open else "refused"
            raise LedgerError(
                f"{table} has {'an' if state.open else 'a'} {kind} batch",
                code="LS611",
                where=table,
                hint="`lakesmith run` ends it; backfill afterwards",
            )
