"""Look over a warehouse, and mend what is safe to mend."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.doctor.findings import Finding, Report, in_order
from lakesmith.doctor.log_check import check_log
from lakesmith.doctor.set_aside import place_of, set_aside
from lakesmith.runs.lock import run_lock
from lakesmith.spec.model import Project
from lakesmith.tables.log_files import log_files
from lakesmith.tables.ref import TableRef
from lakesmith.tables.tail import warehouse_tables


def doctor(project: Project, fix: bool = False) -> Report:
    """Look over the warehouse of a project; no Spark.

    Parameters
    ----------
    project : Project
    fix : bool
        Do what is safe: files are set aside below ``<warehouse>/.lakesmith/set_aside``, none is deleted. Takes the
        run lock, and looks again afterwards.

    Returns
    -------
    Report

    Raises
    ------
    RunLocked
        When a run holds the warehouse and `fix` is asked for.
    """
    if not fix:
        return _look(project)
    with run_lock(None, project.warehouse, project.lock_wait_seconds):
        return _mend(project, _look(project))


def _look(project: Project) -> Report:
    tables = [table for table in warehouse_tables(project) if _is_there(table)]
    findings = in_order([finding for table in tables for finding in _examine(table)])
    return Report(len(tables), findings)


def _is_there(table: TableRef) -> bool:
    return table.local is None or (table.local / "_delta_log").is_dir()


def _examine(table: TableRef) -> Iterator[Finding]:
    if table.local is None:
        hint = "use the tools of that store, or of the catalog"
        yield Finding("info", "LS637", table.name, "the table does not lie on a local path", table.location, hint)
        return
    yield from check_log(table.name, log_files(table.local / "_delta_log"))


def _mend(project: Project, before: Report) -> Report:
    place = place_of(project.warehouse)
    fixed = [finding for finding in before.findings if finding.fixable]
    if place is None or not fixed:
        return before
    for finding in fixed:
        set_aside(project.warehouse, place, finding.aside)
        if finding.mend is not None:
            finding.mend()
    after = _look(project)
    return Report(after.tables, after.findings, tuple(fixed), str(place) if place.exists() else "")
