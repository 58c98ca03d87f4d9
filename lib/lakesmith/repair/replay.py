"""Send quarantined rows through their table again, as one batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from lakesmith.batch.context import BatchContext
from lakesmith.batch.read.read_rows import input_type
from lakesmith.errors import InputError, LedgerError
from lakesmith.ledger.identity import app_id_of
from lakesmith.ledger.intent import Intent, Versions, next_intent
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.observe.events import RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.observers import NO_OBSERVERS, Observer
from lakesmith.observe.references import References
from lakesmith.observe.run_records import facts_of
from lakesmith.repair.backfill_guards import require_published, require_settled
from lakesmith.repair.corrections import Corrections, about_corrections
from lakesmith.repair.patch_file import Correction, read_corrections
from lakesmith.repair.replay_guards import (
    require_correctable,
    require_repeatable,
    require_replayable,
    require_text,
)
from lakesmith.runs.executor import Executor
from lakesmith.runs.finish import conclude, raise_or_return
from lakesmith.runs.lock import project_lock
from lakesmith.runs.recover import Recovery
from lakesmith.session.batch import batch_session, describe_jobs, ending
from lakesmith.session.failures import first_line
from lakesmith.sources.quarantined import Quarantined, newest_equal, replay_slice
from lakesmith.spec.graph import dependents, references, waves
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.transforms.from_raw import problems_of

if TYPE_CHECKING:
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.results import RunResult
    from lakesmith.observe.run_records import RunFacts
    from lakesmith.sources.slices import Slice
    from lakesmith.spec.model import Project

SHOWN = 5


@dataclass(frozen=True)
class ReplayRequest:
    """Hold which quarantined rows of a table are replayed.

    `where` is a SQL condition on the columns of the quarantine, `patch` a file with corrections.
    """

    table: str
    where: str = ""
    patch: Path | None = None


def replay(
    session: Callable[[], SparkSession],
    project: Project,
    request: ReplayRequest,
    on_event: Observer = NO_OBSERVERS,
) -> RunResult:
    """Send the quarantined rows of a table that wait through it again, and publish.

    Parameters
    ----------
    session : callable
    project : Project
    request : ReplayRequest
    on_event : Observer, optional

    Returns
    -------
    RunResult
        The table, and all tables downstream, which read what came.

    Raises
    ------
    InputError
        LS650 when the table cannot be replayed, LS651 when a row cannot be rebuilt, LS652 when
        the condition is none, LS653 for mistakes in the corrections.
    LedgerError
        LS611 when the table has an unfinished or refused batch, or rows of a run that was not
        published.
    RunFailed, GateRefused

    Notes
    -----
    One batch with its own commit, under the identity ``replay:n``. The rows are marked in the
    quarantine in a second commit. Killed in between, the next replay or run marks them.
    """
    name = request.table
    waves(project, [name])
    require_replayable(project, name)
    require_repeatable(request.where)
    entries = _corrections(project, request)
    facts = facts_of(project, None, on_event)
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        ledger = open_ledger(spark, facts.project, facts.run_id)
        record_interrupted(facts, spark, ledger)
        executor = Executor(facts, spark, ledger)
        executor.progress.begin([name])
        if ledger.state(name).open is None:
            require_published(ledger, [name, *dependents(project, name)], "replay")
        _finish_begun(spark, executor, name)
        if name not in executor.progress.blocked:
            _replay_rows(facts, spark, executor, request, entries)
        downstream = dependents(project, name)
        later = waves(project, downstream) if downstream else ()
        executor.run(later)
        result = conclude(facts, spark, executor, ((name,), *later))
    return raise_or_return(result, executor.progress.tallies)


def _corrections(project: Project, request: ReplayRequest) -> tuple[Correction, ...]:
    if request.patch is None:
        return ()
    require_correctable(project, request.table)
    return read_corrections(request.patch)


def _finish_begun(spark: SparkSession, executor: Executor, name: str) -> None:
    """Finish a replay that an earlier process began, and refuse a table with another open batch."""
    facts = executor.facts
    ledger = executor.ledger
    recovery = Recovery(spark, facts.project, ledger)
    recovery.finish_rollbacks()
    begun = ledger.state(name).open
    if begun is not None and begun.is_replay:
        recovery.settle(name)
        if ledger.state(name).open is not None:
            executor.retry(begun)
    if name not in executor.progress.blocked:
        require_settled(ledger, [name], "replay")


def _replay_rows(
    facts: RunFacts,
    spark: SparkSession,
    executor: Executor,
    request: ReplayRequest,
    entries: tuple[Correction, ...],
) -> None:
    """Correct the rows that are to be corrected, and run a batch of those that wait."""
    name = request.table
    ledger = executor.ledger
    state = ledger.state(name)
    quarantine = facts.ref(name).quarantine
    if state.since is None or not quarantine.exists(spark):
        _require_no_entries(request)
        return
    require_same_upstream(name, facts.project.table(name), state)
    with ending(batch_session(spark)) as session:
        describe_jobs(session, f"{name} plans a replay")
        planned = _plan(facts, session, ledger, request, entries)
    if planned is not None:
        executor.run_planned([planned])


def _require_no_entries(request: ReplayRequest) -> None:
    if request.patch is not None:
        raise InputError(
            f"{request.table} has no quarantined row to correct",
            code="LS653",
            where=str(request.patch),
            hint="see `lakesmith quarantine`",
        )


def _plan(
    facts: RunFacts,
    session: SparkSession,
    ledger: Ledger,
    request: ReplayRequest,
    entries: tuple[Correction, ...],
) -> Intent | None:
    """Return the intent of the rows that wait, or None without any."""
    name = request.table
    quarantine = facts.ref(name).quarantine
    frozen = References(session, facts.project).planned(name)
    nothing = _slice(facts, ledger, request, 0, 0)
    first = _intent(facts, ledger, nothing, name, frozen)
    batch = BatchContext(session, facts.project, facts.run_id, first)
    kind = input_type(batch)
    require_text(name, kind)
    if request.patch is not None:
        corrections = Corrections(request.patch, entries, kind.names)
        corrections.require_known_fields()
        epoch = ledger.state(name).epoch
        app_id = app_id_of(facts.project, name, epoch, "corrections")
        about = about_corrections(app_id, facts.run_id)
        corrections.write(session, quarantine, about)
    version = newest_version(session, quarantine)
    piece = _slice(facts, ledger, request, version, 0)
    rows = _count(session, facts.project, request, piece, kind)
    if not rows:
        return None
    found = _slice(facts, ledger, request, version, rows)
    return _intent(facts, ledger, found, name, frozen)


def _slice(
    facts: RunFacts, ledger: Ledger, request: ReplayRequest, version: int, rows: int
) -> Slice:
    table = request.table
    spec = facts.project.table(table)
    upstream = spec.from_
    since = ledger.state(table).since or 0
    to = newest_equal(ledger.state(upstream), since)
    return replay_slice(upstream, to, version, request.where, rows)


def _intent(
    facts: RunFacts, ledger: Ledger, piece: Slice, name: str, frozen: Versions
) -> Intent:
    spec = facts.project.table(name)
    state = ledger.state(name)
    versions = ledger.versions
    compared = references(spec)
    for table in (*spec.inputs.values(), *compared):
        if table not in versions:
            raise LedgerError(
                f"{table} was never built",
                code="LS612",
                where=name,
                hint="`lakesmith run` builds it",
            )
    lookups = {key: versions[table] for key, table in spec.inputs.items()}
    return next_intent(
        spec,
        state,
        piece,
        facts.run_time,
        lookups=lookups,
        compared={table: versions[table] for table in compared},
        frozen=frozen,
    )


def _count(
    session: SparkSession,
    project: Project,
    request: ReplayRequest,
    piece: Slice,
    kind: StructType,
) -> int:
    """Count the rows of a slice, and refuse those that cannot be rebuilt."""
    source = Quarantined(project, request.table)
    try:
        rows = source.selected(session, piece)
        found = rows.transform(problems_of(kind)).groupBy("problem").count().collect()
    except PySparkException as error:
        if not request.where:
            raise
        raise _bad_condition(request.where, error) from error
    counts = {row["problem"]: int(row["count"]) for row in found}
    good = counts.pop(None, 0)
    if counts:
        raise _not_rebuilt(request, counts)
    return good


def _bad_condition(where: str, error: PySparkException) -> InputError:
    return InputError(
        f"the condition cannot be evaluated: {first_line(error)}",
        code="LS652",
        where=f'--where "{where}"',
        hint="it may name _row, _batch_id, _run_id, _quarantined_at, _reasons, _raw, _patch and"
        " _source_file",
    )


def _not_rebuilt(request: ReplayRequest, counts: dict[str, int]) -> InputError:
    worst = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    texts = [f"{what} ({rows} row(s))" for what, rows in worst[:SHOWN]]
    listed = "; ".join(texts)
    total = sum(counts.values())
    return InputError(
        f"{total} quarantined row(s) of {request.table} cannot be rebuilt: {listed}",
        code="LS651",
        where=request.table,
        hint="give a missing field by --patch, leave these rows out by --where, or correct the"
        f" cause and `lakesmith run --rebuild --select {request.table}`",
    )
