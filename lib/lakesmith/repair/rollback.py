"""Return the tables of a run to where they stood before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.events import LedgerEvent
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.ledger.store import Ledger, published_event
from lakesmith.observe.events import RunFinished, RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.observers import NO_OBSERVERS, Observer
from lakesmith.observe.results import RunResult, TableResult
from lakesmith.observe.run_records import RunFacts, facts_of, write_records
from lakesmith.repair.undone_batches import Rollbacks, find_rollbacks
from lakesmith.runs.finish import publish_tables
from lakesmith.runs.lock import project_lock
from lakesmith.runs.rebuild_files import require_none
from lakesmith.runs.recover import Recovery
from lakesmith.session.batch import batch_session, ending
from lakesmith.sinks.consumers import guard_rollback
from lakesmith.sources.registry import source_of
from lakesmith.sources.slices import MISSING

if TYPE_CHECKING:
    from lakesmith.ledger.state import Mark, TableState
    from lakesmith.spec.model import Project
    from lakesmith.tables.ref import TableRef


def rollback(
    session: Callable[[], SparkSession],
    project: Project,
    run_id: str,
    on_event: Observer = NO_OBSERVERS,
) -> RunResult:
    """Undo a run and whatever was built on it, in all tables.

    Parameters
    ----------
    session : callable
    project : Project
    run_id : str
    on_event : Observer, optional

    Returns
    -------
    RunResult
        One entry a table that moved, with the number of its batches that were undone.

    Raises
    ------
    LedgerError
        LS606 when the run left nothing in the tables; LS607 when the ledger does not reach back
        before it; LS608 when a version to return to cannot be read any more; LS609 when a file
        whose rows would be undone is missing, so that no run could read it again; LS617 when a
        consumer has read what is undone and cannot take it back. Nothing was changed then.
    RunLocked
        When another run holds the warehouse.

    Notes
    -----
    Written down first, published next, so that readers are back at once, restored last: one commit
    a table. Killed in between, the next run ends it.
    """
    facts = facts_of(project, None, on_event)
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        ledger = open_ledger(spark, facts.project, facts.run_id, project.table_names())
        record_interrupted(facts, spark, ledger)
        result = _undo_run(facts, spark, ledger, run_id)
        facts.on_event(RunFinished(facts.run_id, result.state))
    return result


def _undo_run(
    facts: RunFacts, spark: SparkSession, ledger: Ledger, run_id: str
) -> RunResult:
    rollbacks = find_rollbacks(facts.project, ledger.states, run_id)
    if not rollbacks:
        raise LedgerError(
            f"run {run_id!r} left nothing in the tables",
            code="LS606",
            hint="see `lakesmith status` for the runs; `lakesmith history T` names the "
            "run of each commit",
        )
    guard_rollback(ledger, {name: one.to.version for name, one in rollbacks.items()})
    _require_readable(facts, spark, rollbacks)
    _require_landed(facts, spark, ledger, rollbacks)
    for name, undone in rollbacks.items():
        ledger.stage(_undo_event(ledger.state(name), undone.to))
    ledger.flush(spark)
    publication = _publish(facts, spark, ledger, rollbacks)
    Recovery(spark, facts.project, ledger).finish_rollbacks()
    tables = [
        TableResult(name, "rolled_back", undone.batches, version=undone.to.version)
        for name, undone in rollbacks.items()
    ]
    result = replace(facts.result(tables, publication), state="rolled_back")
    write_records(facts, spark, result)
    return result


def _require_readable(
    facts: RunFacts, spark: SparkSession, rollbacks: Rollbacks
) -> None:
    with ending(batch_session(spark)) as session:
        for name, undone in rollbacks.items():
            if undone.to.version is not None:
                _require_files(session, facts.ref(name), undone.to.version)


def _require_landed(
    facts: RunFacts, spark: SparkSession, ledger: Ledger, rollbacks: Rollbacks
) -> None:
    """Refuse to undo the read of parts that the next run could not read again."""
    for name, undone in rollbacks.items():
        source = source_of(facts.project, name)
        now = ledger.state(name).positions.get(source.key, {})
        before = undone.to.positions.get(source.key, {})
        gone = source.gone(spark, now, before)
        require_none(name, dict.fromkeys(gone, MISSING), "rollback")


def _require_files(session: SparkSession, table: TableRef, version: int) -> None:
    """Open each file of a version, since RESTORE would miss one too late."""
    try:
        table.load(session, versionAsOf=version).select(
            "_metadata.file_path"
        ).distinct().count()
    except Exception as error:
        raise LedgerError(
            f"version {version} of {table.name} cannot be read any more",
            code="LS608",
            where=table.location,
            hint=(
                "the rollback window is the property "
                "delta.deletedFileRetentionDuration; rebuild the table"
            ),
        ) from error


def _undo_event(state: TableState, to: Mark) -> LedgerEvent:
    return LedgerEvent(
        "undo",
        state.table,
        state.epoch,
        state.batch,
        {"version": to.version, "back_to": to.batch},
    )


def _publish(
    facts: RunFacts, spark: SparkSession, ledger: Ledger, rollbacks: Rollbacks
) -> int | None:
    old = ledger.published["tables"]
    versions = {
        name: rollbacks[name].to.version if name in rollbacks else version
        for name, version in old.items()
    }
    tables = {
        name: version for name, version in versions.items() if version is not None
    }
    if tables == old:
        return ledger.published["id"] or None
    made = publish_tables(facts, spark, tables)
    ledger.stage(published_event(made))
    ledger.flush(spark)
    return int(made["id"])
