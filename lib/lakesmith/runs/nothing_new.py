"""A run with nothing new, on local paths: found out and recorded without starting Spark."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.errors import LakesmithError, RunLocked
from lakesmith.ledger.store import Ledger, read_ledger
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.results import RunResult, TableResult
from lakesmith.observe.run_records import RunFacts, write_records
from lakesmith.paths import local_path
from lakesmith.runs.lock import run_lock
from lakesmith.runs.planner import new_table_input
from lakesmith.sources.listing import compare, list_files
from lakesmith.spec.model import Project
from lakesmith.tables.delta_log.listing import log_files
from lakesmith.tables.delta_log.tail_check import check_tails


def quiet_run(facts: RunFacts, order: Sequence[Sequence[str]]) -> RunResult | None:
    """Return the result of a run that finds nothing new; None when there is, or may be, anything to do.

    Notes
    -----
    No Spark session and no Spark job: the ledger is a local Delta table, a source a local directory.
    """
    project = facts.project
    paths = [project.warehouse, *(source.path for source in project.sources.values())]
    if project.catalog or any(local_path(path) is None for path in paths):
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
            or _has_work(facts, ledger, order)
        ):
            return None
        if _has_lost_commits(facts, ledger):
            return None
    except (
        LakesmithError
    ):  # the run itself meets the same problem and tells it with its tables
        return None
    facts.tell("run_started")
    record_interrupted(facts, None, ledger)
    tables = [TableResult(table, "nothing_new") for wave in order for table in wave]
    result = facts.result(tables, ledger.published["id"] or None)
    write_records(facts, None, result)
    facts.tell("run_finished")
    return result


def _is_settled(ledger: Ledger) -> bool:
    """Tell whether every batch is closed, none refused, and all tables are public as they are."""
    states = ledger.states.values()
    return ledger.is_published and not any(
        state.open or state.refused or state.undo or state.must_read for state in states
    )


def _has_lost_commits(facts: RunFacts, ledger: Ledger) -> bool:
    """Tell whether a table is gone or ends before the version that the ledger knows; the run itself says what to do."""
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


def _has_work(facts: RunFacts, ledger: Ledger, order: Sequence[Sequence[str]]) -> bool:
    return any(
        _has_input(facts.project, ledger, table) for wave in order for table in wave
    )


def _has_input(project: Project, ledger: Ledger, table: str) -> bool:
    require_same_upstream(table, project.table(table), ledger.state(table))
    origin, name = project.table(table).from_.split(".", 1)
    if origin != "sources":
        return new_table_input(project, ledger.states, table) is not None
    source = project.sources[name]
    changes = compare(
        list_files(None, source), ledger.state(table).seen, ledger.state(table).parked
    )
    return bool(changes.new or (changes.changed and source.on_changed_file != "ignore"))
