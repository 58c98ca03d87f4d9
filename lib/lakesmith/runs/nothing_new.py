"""Find and record a run with nothing new on local paths, without starting Spark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakesmith.errors import LakesmithError, RunLocked
from lakesmith.ledger.store import Ledger, read_ledger
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.observe.events import RunFinished, RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.results import RunResult, TableResult
from lakesmith.observe.run_records import RunFacts, write_records
from lakesmith.paths import local_path
from lakesmith.runs.batch_planner import known_to
from lakesmith.runs.lock import run_lock
from lakesmith.sources.registry import source_of
from lakesmith.tables.delta_log.listing import log_files
from lakesmith.tables.delta_log.tail_check import check_tails

if TYPE_CHECKING:
    from lakesmith.spec.model import Project


def quiet_run(facts: RunFacts, order: Sequence[Sequence[str]]) -> RunResult | None:
    """Return the result of a run that finds nothing new, or None when there may be work.

    Notes
    -----
    No Spark session and no Spark job, since the ledger is a local Delta table.
    """
    project = facts.project
    if project.catalog or local_path(project.warehouse) is None:
        return None
    try:
        with run_lock(None, project.warehouse, 0):
            check_tails(project)
            return _record_if_quiet(facts, order)
    except RunLocked:  # the run itself waits for the lock
        return None


def _record_if_quiet(
    facts: RunFacts, order: Sequence[Sequence[str]]
) -> RunResult | None:
    try:
        ledger = read_ledger(None, facts.ref("ops.ledger"), facts.run_id)
        if (
            not ledger.rows
            or not _is_settled(ledger)
            or _may_have_work(facts, ledger, order)
        ):
            return None
        if _has_lost_commits(facts, ledger):
            return None
    except LakesmithError:
        # The run itself meets the same problem and reports it with its tables.
        return None
    facts.on_event(RunStarted(facts.run_id))
    record_interrupted(facts, None, ledger)
    tables = [TableResult(table, "nothing_new") for wave in order for table in wave]
    result = facts.result(tables, ledger.published["id"] or None)
    write_records(facts, None, result)
    facts.on_event(RunFinished(facts.run_id, result.state))
    return result


def _is_settled(ledger: Ledger) -> bool:
    """Return whether every batch is closed, none refused, and all tables are published."""
    states = ledger.states.values()
    return ledger.is_published and not any(
        state.open or state.refused or state.undo or state.must_read for state in states
    )


def _has_lost_commits(facts: RunFacts, ledger: Ledger) -> bool:
    """Return whether a table is missing or ends before the version that the ledger knows."""
    known = [
        (facts.ref(name).local, ledger.state(name).version)
        for name in facts.project.table_names()
    ]
    ends = [
        (log_files(root / "_delta_log").head, version)
        for root, version in known
        if root and version is not None
    ]
    return any(head is None or head < version for head, version in ends)


def _may_have_work(
    facts: RunFacts, ledger: Ledger, order: Sequence[Sequence[str]]
) -> bool:
    """Return whether a table has new input, or needs Spark to know."""
    return any(
        _has_input(facts.project, ledger, table) is not False
        for wave in order
        for table in wave
    )


def _has_input(project: Project, ledger: Ledger, table: str) -> bool | None:
    state = ledger.state(table)
    require_same_upstream(table, project.table(table), state)
    source = source_of(project, table)
    position = state.positions.get(source.key, {})
    return source.has_new(position, known_to(ledger.states, state))
