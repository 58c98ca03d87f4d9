"""Mend what is safe to mend: files are set aside, a lost publication is written again, nothing is deleted."""

from __future__ import annotations

from pathlib import Path

from lakesmith.doctor.diagnose import examine
from lakesmith.doctor.findings import Finding, Report
from lakesmith.doctor.quarantine_files import place_of, set_aside
from lakesmith.runs.lock import run_lock
from lakesmith.spec.model import Project

ROUNDS = (
    5  # what is mended may uncover something else: a torn publication, then a lost one
)


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
    place = None if project.catalog else place_of(project.warehouse)
    if (
        not fix or place is None
    ):  # tables that lie elsewhere are not looked at, so there is nothing to mend
        return examine(project)
    with run_lock(None, project.warehouse, project.lock_wait_seconds):
        return _mend(project, place)


def _mend(project: Project, place: Path) -> Report:
    """Mend and look again, until nothing is left that can be mended."""
    report = examine(project)
    fixed = list[Finding]()
    for _ in range(ROUNDS):
        todo = [finding for finding in report.findings if finding.fixable]
        if not todo:
            break
        for finding in todo:
            _mend_one(project, place, finding)
        fixed += todo
        report = examine(project)
    return Report(
        report.tables,
        report.findings,
        tuple(fixed),
        str(place) if place.exists() else "",
    )


def _mend_one(project: Project, place: Path, finding: Finding) -> None:
    set_aside(project.warehouse, place, finding.aside)
    if finding.mend is not None:
        finding.mend()
