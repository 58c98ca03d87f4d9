"""Fix what is safe to fix. Files are moved away and none is deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.doctor.diagnose import examine
from lakesmith.doctor.findings import Finding, Report
from lakesmith.doctor.moved_files import move_files, place_of
from lakesmith.runs.lock import run_lock

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

ROUNDS = 5  # a fix may uncover something else, such as a lost publication


def doctor(project: Project, fix: bool = False) -> Report:
    """Check the warehouse of a project without Spark.

    Parameters
    ----------
    project : Project
    fix : bool
        Do what is safe: files are moved away into ``<warehouse>/.lakesmith/set_aside``, none is
        deleted. Takes the run lock, and looks again afterwards.

    Returns
    -------
    Report

    Raises
    ------
    RunLocked
        When a run holds the warehouse and `fix` is asked for.
    """
    place = None if project.catalog else place_of(project.warehouse)
    if not fix or place is None:  # tables elsewhere are not checked
        return examine(project)
    with run_lock(None, project.warehouse, project.lock_wait_seconds):
        return _fix(project, place)


def _fix(project: Project, place: Path) -> Report:
    """Fix and check again until nothing is left that can be fixed."""
    report = examine(project)
    fixed = list[Finding]()
    for _ in range(ROUNDS):
        todo = [finding for finding in report.findings if finding.fixable]
        if not todo:
            break
        for finding in todo:
            _fix_one(project, place, finding)
        fixed += todo
        report = examine(project)
    return Report(
        report.tables,
        report.findings,
        tuple(fixed),
        str(place) if place.exists() else "",
    )


def _fix_one(project: Project, place: Path, finding: Finding) -> None:
    move_files(project.warehouse, place, finding.moves)
    if finding.repair is not None:
        finding.repair()
