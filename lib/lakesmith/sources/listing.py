"""List the files of a directory, and tell which are new since a position."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import InputError
from lakesmith.paths import local_path
from lakesmith.spec.model import FilesSource


@dataclass(frozen=True, order=True)
class FileEntry:
    """A file as it was seen: path, size in bytes, modification time in milliseconds."""

    path: str
    size: int
    mtime: int


NOT_NOW, UNREADABLE = "the file could not be opened: ", "the file cannot be read: "


@dataclass(frozen=True)
class FileChanges:
    """What a listing shows against the files seen before."""

    new: tuple[FileEntry, ...]
    changed: tuple[FileEntry, ...]


def list_files(spark: SparkSession | None, source: FilesSource, where: str = "") -> tuple[FileEntry, ...]:
    """List the files of a source, ordered by path.

    Parameters
    ----------
    spark : SparkSession, optional
        Needed for directories outside the local file system only.
    source : FilesSource
    where : str, optional
        Key path or place for the error.

    Returns
    -------
    tuple of FileEntry
        Hidden files (leading ``.`` or ``_``) are left out. No Spark job for a local directory.

    Raises
    ------
    InputError
        LS201 when the directory does not exist and the source is not optional.
    """
    directory = local_path(source.path)
    if directory is None:
        return _list_remote(spark, source)
    if directory.is_dir():
        return tuple(sorted(_walk(directory, source)))
    if source.optional and not directory.exists():
        return ()
    raise InputError(
        f"no such directory {source.path!r}",
        code="LS201",
        where=where,
        hint="create it, correct the path, or mark the source `optional: true` (absent = nothing new)",
    )


def _walk(directory: Path, source: FilesSource) -> Iterable[FileEntry]:
    for entry in os.scandir(directory):
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir():
            yield from _walk(Path(entry.path), source) if source.recursive else ()
        elif entry.is_file() and fnmatch.fnmatch(entry.name, source.pattern):
            stat = entry.stat()
            yield FileEntry(os.path.abspath(entry.path), stat.st_size, stat.st_mtime_ns // 1_000_000)


def _list_remote(spark: SparkSession | None, source: FilesSource) -> tuple[FileEntry, ...]:
    if spark is None:
        raise InputError(f"{source.path!r} can be listed only with a Spark session", code="LS202", hint="use `run`")
    frame = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", str(source.recursive).lower())
        .option("pathGlobFilter", source.pattern)
        .load(source.path)
        .select("path", "length", (F.unix_micros("modificationTime") / 1000).cast("long").alias("mtime"))
    )
    return tuple(sorted(FileEntry(row.path, row.length, row.mtime) for row in frame.collect()))


def compare(
    listed: Iterable[FileEntry], seen: Mapping[str, tuple[int, int]], parked: Mapping[str, str] | None = None
) -> FileChanges:
    """Compare a listing with the files seen before; a file is (path, size, mtime).

    Parameters
    ----------
    listed : iterable of FileEntry
    seen : mapping
        Path to size and mtime.
    parked : mapping, optional
        Path to reason. A parked file is new once it changed, and at any time when it merely could not be opened.

    Examples
    --------
    >>> changes = compare([FileEntry("a", 1, 5), FileEntry("b", 2, 5)], {"a": (1, 4)})
    >>> [entry.path for entry in changes.new], [entry.path for entry in changes.changed]
    (['b'], ['a'])
    """
    reasons = parked or {}
    files = list(listed)
    moved = {file for file in files if seen.get(file.path) != (file.size, file.mtime)}
    again = {file for file in files if reasons.get(file.path, "").startswith(NOT_NOW)}
    new = {file for file in moved if file.path not in seen or file.path in reasons} | again
    return FileChanges(tuple(f for f in files if f in new), tuple(f for f in files if f in moved - new))


def apply_policy(changes: FileChanges, source: FilesSource, where: str = "") -> tuple[FileEntry, ...]:
    """Return the files to read, after ``on_changed_file``.

    Raises
    ------
    InputError
        LS203 when a file changed after it was read and the policy is ``fail``.
    """
    if not changes.changed or source.on_changed_file == "ignore":
        return changes.new
    if source.on_changed_file == "reload":
        return tuple(sorted(changes.new + changes.changed))
    raise InputError(
        f"{len(changes.changed)} file(s) changed after they were read, such as {changes.changed[0].path!r}",
        code="LS203",
        where=where,
        hint="land changes as new files, or set `on_changed_file: reload` (read again) or `ignore`",
    )
