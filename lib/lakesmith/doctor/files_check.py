"""Check that the files of a table exist and are whole, and that no other file is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.doctor.findings import Finding
from lakesmith.doctor.moved_files import is_older
from lakesmith.tables.delta_log.hadoop_checksum import with_sidecars
from lakesmith.tables.delta_log.retention import retention_days

if TYPE_CHECKING:
    from lakesmith.tables.delta_log.snapshot import LocalTable, Snapshot

DAY = 86_400
CHANGES = "_change_data"
VECTOR = "deletion_vector_"


def check_files(table: LocalTable) -> Iterator[Finding]:
    """Yield missing or cut files of the newest version, and files that no commit names."""
    bad = list(bad_files(table, table.head))
    if bad:
        what = f"{len(bad)} file(s) of the newest version: {bad[0][1]}"
        hint = (
            "put the file back from a copy, or move the table and those downstream "
            "away and rebuild them"
        )
        yield Finding("error", "LS624", table.name, what, str(bad[0][0]), hint)
    if not table.torn:
        # A torn commit hides which files it named.
        yield from _orphans(table)
    yield from _identities(table)


def bad_files(table: LocalTable, snapshot: Snapshot) -> Iterator[tuple[Path, str]]:
    """Yield the files of a version that are not as the log says, each with what is wrong."""
    for added in snapshot.live.values():
        for file, size in table.files(added):
            if not file.is_file():
                yield file, f"{file.name} is missing"
                continue
            actual = file.stat().st_size
            if size is not None and actual != size:
                yield file, f"{file.name} has {actual} bytes, the log says {size}"


def _orphans(table: LocalTable) -> Iterator[Finding]:
    named = table.named()
    orphans = [file for file in sorted(_data_files(table.root)) if file not in named]
    days = retention_days(table.head.settings)
    old = [file for file in orphans if is_older(file, days * DAY)]
    # Delta itself leaves the vectors of files that a MERGE empties: young ones are no sign of a
    # write that died.
    young = [
        file for file in orphans if file not in old and not file.name.startswith(VECTOR)
    ]
    if old:
        yield _old_orphans(table, old, days)
    if young:
        what = f"{_unnamed(young)}, younger than {days:g} days"
        hint = "nothing to do: writes that died leave them; they are moved away when they are older"
        yield Finding("info", "LS625", table.name, what, str(young[0]), hint)


def _old_orphans(table: LocalTable, files: list[Path], days: float) -> Finding:
    what = f"{_unnamed(files)}, older than {days:g} days"
    moves = with_sidecars(files)
    hint = "move them away"
    return Finding("warning", "LS625", table.name, what, str(files[0]), hint, moves)


def _unnamed(files: list[Path]) -> str:
    return f"{len(files)} file(s) that no commit names, {_megabytes(files)}"


def _megabytes(files: list[Path]) -> str:
    sizes = [file.stat().st_size for file in files if file.exists()]
    megabytes = sum(sizes) / 1e6
    return f"{megabytes:.1f} MB"


def _data_files(root: Path) -> Iterator[Path]:
    """Yield the data files of a table, in partitions and changes, without hidden files."""
    for directory, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name[0] not in "._" or "=" in name or name == CHANGES
        ]
        yield from (Path(directory, name) for name in names if name[0] not in "._")


def _identities(table: LocalTable) -> Iterator[Finding]:
    duration = table.head.settings.get("delta.setTransactionRetentionDuration")
    if duration:
        what = f"identities of writes are forgotten after {duration!r}"
        hint = "take the property delta.setTransactionRetentionDuration away"
        yield Finding("warning", "LS636", table.name, what, str(table.root), hint)
