"""Return all tables to where they stood before a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.events import LedgerEvent
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.ledger.publications import publish
from lakesmith.ledger.state import Mark, TableState
from lakesmith.ledger.store import Ledger, published_event
from lakesmith.observe.events import RunFinished, RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.results import RunResult, TableResult
from lakesmith.observe.run_records import RunFacts, facts_of, write_records
from lakesmith.runs.executor import OnEvent
from lakesmith.runs.lock import project_lock
from lakesmith.runs.recover import Recovery
from lakesmith.session.batch import batch_session, ending
from lakesmith.spec.graph import waves
from lakesmith.spec.model import Project
from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class Rollback:
    """Where one table returns to, and how many of its batches are undone."""

    table: str
    to: Mark
    batches: int
    runs: tuple[str, ...]


def rollback(
    session: Callable[[], SparkSession],
    project: Project,
    run_id: str,
    on_event: OnEvent = lambda event: None,
) -> RunResult:
    """Undo a run while holding the warehouse's lock."""
    facts = facts_of(project, None, on_event)
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        ledger = open_ledger(spark, facts.project, facts.run_id, project.table_names())
        record_interrupted(facts, spark, ledger)
        result = roll_back(facts, spark, ledger, run_id)
        facts.on_event(RunFinished(facts.run_id, result.state))
    return result


def roll_back(
    facts: RunFacts, spark: SparkSession, ledger: Ledger, run_id: str
) -> RunResult:
    """Undo a run and whatever was built on it, in all tables.

    Returns
    -------
    RunResult
        One entry a table that moved, with the number of its batches that were undone.

    Raises
    ------
    LedgerError
        LS606 when the run left nothing in the tables; LS607 when the ledger does not reach back
        before it; LS608 when a version to return to cannot be read any more. Nothing was changed
        then.

    Notes
    -----
    Written down first, published next, so that readers are back at once, restored last: one commit
    a table. Killed in between, the next run ends it.
    """
    found = find_rollbacks(facts.project, ledger.states, run_id)
    if not found:
        hint = (
            "see `lakesmith status` for the runs; `lakesmith history T` names the "
            "run of each commit"
        )
        raise LedgerError(
            f"run {run_id!r} left nothing in the tables", code="LS606", hint=hint
        )
    _require_readable(facts, spark, found)
    ledger.stage(
        *[_undo_event(ledger.state(name), one.to) for name, one in found.items()]
    )
    ledger.flush(spark)
    number = _publish(facts, spark, ledger, found)
    Recovery(spark, facts.project, ledger).finish_rollbacks()
    tables = [
        TableResult(one.table, "rolled_back", one.batches, version=one.to.version)
        for one in found.values()
    ]
    result = replace(facts.result(tables, number), state="rolled_back")
    write_records(facts, spark, result)
    return result


def find_rollbacks(
    project: Project, states: Mapping[str, TableState], run_id: str
) -> dict[str, Rollback]:
    """Find the tables of a run, their later batches, and all that was built on those.

    Raises
    ------
    LedgerError
        LS607 when the ledger does not reach back before the run.
    """
    found: dict[str, Rollback] = {}
    names = [table for wave in waves(project) for table in wave if table in states]
    before = None
    while (
        before != found
    ):  # a batch may have read what its table has no longer as an input, and what comes later here
        before = dict(found)
        for name in names:
            _find(project, states[name], run_id, found)
    return found


def _find(
    project: Project, state: TableState, run_id: str, found: dict[str, Rollback]
) -> None:
    undone = [
        mark.run_id == run_id or _reads_undone(mark, project, state.table, found)
        for mark in state.marks
    ]
    first = undone.index(True) if True in undone else len(undone)
    if (
        True in undone
        or _begun_on_undone(state.open, found)
        or _begun_on_undone(_refused(state), found)
    ):
        found[state.table] = _to_before(state, first)


def _to_before(state: TableState, first: int) -> Rollback:
    if first == 0 and not state.whole:
        raise LedgerError(
            f"the ledger does not know where {state.table} stood before that run",
            code="LS607",
            where=state.table,
            hint=(
                "a rollback cannot go back past a rebuild; fix the input or the "
                "spec, then `lakesmith run --rebuild`"
            ),
        )
    to = state.marks[first - 1] if first else Mark()
    later = state.marks[first:]
    return Rollback(
        state.table, to, len(later), tuple(dict.fromkeys(mark.run_id for mark in later))
    )


def _reads_undone(
    mark: Mark, project: Project, name: str, found: Mapping[str, Rollback]
) -> bool:
    stood = [
        (mark.upstream or project.table(name).from_, mark.since),
        *_looked_up(mark, project.table(name).inputs),
    ]
    return _any_undone(mark.reads.items() or stood, found)


def _any_undone(
    read: Iterable[tuple[str, int | None]], found: Mapping[str, Rollback]
) -> bool:
    return any(
        table in found and _is_after(version, found[table].to)
        for table, version in read
    )


def _looked_up(mark: Mark, inputs: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the inputs that a batch of an older ledger looked up."""
    for key, version in mark.lookups.items():
        yield from (
            (table, version)
            for table in ([inputs[key]] if key in inputs else inputs.values())
        )


def _begun_on_undone(intent: Intent | None, found: Mapping[str, Rollback]) -> bool:
    return intent is not None and _any_undone(intent.reads.items(), found)


def _refused(state: TableState) -> Intent | None:
    if state.refused is None:
        return None
    return Intent.from_dict(
        state.table, state.epoch, state.batch, state.refused["intent"]
    )


def _is_after(version: int | None, to: Mark) -> bool:
    return version is not None and (to.version is None or version > to.version)


def _require_readable(
    facts: RunFacts, spark: SparkSession, found: Mapping[str, Rollback]
) -> None:
    with ending(batch_session(spark)) as session:
        for name, one in found.items():
            if one.to.version is not None:
                _require_files(session, facts.ref(name), one.to.version)


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
    facts: RunFacts, spark: SparkSession, ledger: Ledger, found: Mapping[str, Rollback]
) -> int | None:
    old = ledger.published["tables"]
    versions = {
        name: found[name].to.version if name in found else version
        for name, version in old.items()
    }
    tables = {
        name: version for name, version in versions.items() if version is not None
    }
    if tables == old:
        return ledger.published["id"] or None
    table = facts.ref("ops.published")
    made = publish(
        spark, table, facts.project.env, facts.run_id, facts.run_time, tables
    )
    ledger.stage(published_event(made))
    ledger.flush(spark)
    return int(made["id"])
