"""Check that what is published can be read, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.doctor.files_check import DAY, bad_files
from lakesmith.doctor.findings import Finding
from lakesmith.ledger.publications import newest, publish
from lakesmith.observe.run_records import now
from lakesmith.tables.delta_log.retention import FILES, retention_days

if TYPE_CHECKING:
    from lakesmith.ledger.store import Ledger
    from lakesmith.spec.model import Project
    from lakesmith.tables.delta_log.snapshot import LocalTable, Snapshot
    from lakesmith.tables.ref import TableRef

CLOSE = 0.2  # of the retention


def check_publication(
    project: Project, ledger: Ledger, ref: TableRef
) -> Iterator[Finding]:
    """Yield a finding when the ledger's newest publication is not in ``ops.published``."""
    known = ledger.published
    readable = newest(None, ref)
    if known["id"] > readable["id"]:

        def publish_again() -> None:
            publish(None, ref, project.env, ledger.run_id, now(), known["tables"])

        what = (
            f"the ledger knows publication {known['id']}, readers find publication "
            f"{readable['id']}"
        )
        yield Finding(
            "error",
            "LS638",
            ref.name,
            what,
            ref.location,
            "publish those versions again",
            repair=publish_again,
        )


def check_published(table: LocalTable, version: int) -> Iterator[Finding]:
    """Yield what keeps readers from the published version of a table, now or soon."""
    if version == table.log.head:
        # Its files are checked as those of the newest version.
        return
    problem = ""
    try:
        snapshot = table.at(version)
    except (ValueError, OSError) as error:
        problem = str(error)
    else:
        problem = next((text for _, text in bad_files(table, snapshot)), "")
    if problem:
        what = f"published version {version} cannot be read: {problem}"
        hint = (
            "fix the other findings of this table first; if there are none, "
            "`lakesmith rollback` the run that published it"
        )
        yield Finding("error", "LS634", table.name, what, str(table.root), hint)
    else:
        yield from _close_to_retention(table, version, snapshot)


def _close_to_retention(
    table: LocalTable, version: int, snapshot: Snapshot
) -> Iterator[Finding]:
    days = retention_days(table.head.settings)
    left = _days_left(snapshot.live, table.head, days)
    if left is not None and left < days * CLOSE:
        when = f"in {left:.1f} days" if left > 0 else "now"
        what = (
            f"files of published version {version} may be deleted {when}: newer "
            "versions do not need them"
        )
        hint = f"run, so that a newer version is published, or raise {FILES} (now {days:g} days)"
        yield Finding("warning", "LS635", table.name, what, str(table.root), hint)


def _days_left(
    live: dict[tuple[str, str], dict[str, Any]], head: Snapshot, days: float
) -> float | None:
    """Return in how many days the first file of a version may be deleted, or None."""
    kept = {path for path, _ in head.live}
    removed = [head.removed.get(path, 0) / 1000 for path, _ in live if path not in kept]
    if not removed:
        return None
    return days - (time.time() - min(removed)) / DAY
