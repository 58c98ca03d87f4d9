"""Force commits to a local disk, which neither Delta nor delta-rs does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.tables.delta_log.actions import files_of, read_actions
from lakesmith.tables.delta_log.hadoop_checksum import sidecar_of
from lakesmith.tables.delta_log.listing import POINTER, log_files

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

ABOVE_TABLE = 3  # layer, warehouse, and the directory that holds the warehouse


def force(table: TableRef, version: int) -> None:
    """Force one commit of a table to the disk, first its files, then the commit and directories.

    Parameters
    ----------
    table : TableRef
        Nothing is done for one that is not `durable`, or not on a local path: other stores are
        durable by themselves.
    version : int

    Notes
    -----
    Change-feed files, deletion vectors, checksum sidecars and a checkpoint of this version count as
    files of the commit. Directories come last, since they hold the names; those above the table for
    its first commit only.
    """
    root = table.local
    if root is None or not table.durable:
        return
    log = log_files(root / "_delta_log")
    added = [
        file
        for action in read_actions(log.commit(version))
        for file in files_of(root, action)
    ]
    of_version = [
        *log.of_version(version),
        *([log.directory / POINTER] if POINTER in log.names else []),
    ]
    files = dict.fromkeys(
        file for one in (*added, *of_version) for file in (one, sidecar_of(one))
    )
    written = [file for file in files if file.is_file()]
    _sync(written)
    _sync(_directories(root, written, version))


def force_newest(table: TableRef) -> None:
    """Force the newest commit of a table, if it has any."""
    commits = (
        log_files(table.local / "_delta_log").commits if table.local is not None else ()
    )
    if commits:
        force(table, commits[-1])


def _directories(root: Path, files: Iterable[Path], version: int) -> list[Path]:
    """Return the directories of the files up to the table's, deepest first."""
    inside = {
        parent
        for file in files
        for parent in file.parents
        if parent == root or root in parent.parents
    }
    above = (
        [parent for parent in root.parents[:ABOVE_TABLE] if os.access(parent, os.R_OK)]
        if version == 0
        else []
    )
    return [*sorted(inside, key=lambda path: len(path.parts), reverse=True), *above]


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
