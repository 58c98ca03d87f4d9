"""List the files of a directory, each once, however many names lead to it."""

from __future__ import annotations

import errno
import fnmatch
import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import InputError
from lakesmith.paths import local_path

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

# Hadoop writes a file under this name until it is whole, and Spark does not read it.
_COPIED = "._COPYING_"


@dataclass(frozen=True, order=True)
class FileEntry:
    """A file as it was seen, with size in bytes and modification time in milliseconds.

    `aliases` are other names of the same file, by symbolic or hard links.
    """

    path: str
    size: int
    mtime: int
    aliases: tuple[str, ...] = field(default=(), compare=False)


NOT_NOW = "the file could not be opened: "
UNREADABLE = "the file cannot be read: "


def list_files(
    spark: SparkSession | None, source: FilesSource, where: str = ""
) -> tuple[FileEntry, ...]:
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
        Hidden files (leading ``.`` or ``_``) are left out. A file comes once, however many names
        lead to it; a name that is no link is preferred. Links that lead nowhere or in a circle are
        left out. No Spark job for a local directory.

    Raises
    ------
    InputError
        LS201 when the directory does not exist and the source is not optional; LS214 when the
        system refuses to list it or a directory in it.

    Examples
    --------
    >>> import tempfile
    >>> from lakesmith.spec.model import FilesSource
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     _ = Path(directory, "a.csv").write_text("id")
    ...     source = FilesSource(format="csv", path=directory, columns=("id",))
    ...     [Path(file.path).name for file in list_files(None, source)]
    ['a.csv']
    """
    directory = local_path(source.path)
    if directory is None:
        return _list_remote(spark, source)
    try:
        if directory.is_dir():
            return tuple(sorted(_once(_walk(directory, source))))
        is_absent = not directory.exists()
    except OSError as error:
        raise _not_listed(error, source, where) from error
    if source.optional and is_absent:
        return ()
    raise InputError(
        f"no such directory {source.path!r}",
        code="LS201",
        where=where,
        hint="create it, correct the path, or mark the source `optional: true`"
        " (absent = nothing new)",
    )


def _not_listed(error: OSError, source: FilesSource, where: str) -> InputError:
    return InputError(
        f"{error.filename or source.path!r} cannot be listed: {error.strerror}",
        code="LS214",
        where=where,
        hint="give the user who runs this the right to list and read it, or move it out of the"
        " source",
    )


@dataclass(frozen=True)
class _Name:
    """A name of a file, and what identifies the file."""

    path: str
    is_link: bool
    stat: os.stat_result
    file: Hashable


def _walk(root: Path, source: FilesSource) -> Iterator[_Name]:
    """Yield each name of each file.

    A directory is listed once, by a name that is no link if it has one.
    """
    seen: set[str] = set()
    waiting = [(os.fspath(root), False)]
    linked: list[tuple[str, bool]] = []
    while waiting or linked:
        directory, is_link = waiting.pop() if waiting else linked.pop()
        real = os.path.realpath(directory)
        if real in seen:
            continue
        seen.add(real)
        for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
            name = _name_of(entry, real, is_link, source)
            if isinstance(name, _Name):
                yield name
            elif name is not None and source.recursive:
                (linked if name[1] else waiting).append(name)


def _name_of(
    entry: os.DirEntry[str], directory: str, in_link: bool, source: FilesSource
) -> _Name | tuple[str, bool] | None:
    """Return a file, or a directory with whether a link leads to it, or None for all else."""
    if entry.name.startswith((".", "_")) or entry.name.endswith(_COPIED):
        return None
    is_link = in_link or entry.is_symlink()
    try:
        if entry.is_dir():
            return entry.path, is_link
        if entry.is_file() and fnmatch.fnmatch(entry.name, source.pattern):
            stat = entry.stat()
            file = _identity(entry, directory, stat)
            return _Name(os.path.abspath(entry.path), is_link, stat, file)
    except OSError as error:
        # A link in a circle leads nowhere, and a file that vanished meanwhile is not there.
        if error.errno not in (errno.ELOOP, errno.ENOENT):
            raise
    return None


def _identity(
    entry: os.DirEntry[str], directory: str, stat: os.stat_result
) -> Hashable:
    """Return what identifies a file, which is its real path.

    Only a file with several hard links goes by its number, since not every file system gives
    numbers.
    """
    if stat.st_nlink > 1 and stat.st_ino:
        return stat.st_dev, stat.st_ino
    if entry.is_symlink():
        return os.path.realpath(entry.path)
    return os.path.join(directory, entry.name)


def _once(names: Iterable[_Name]) -> Iterator[FileEntry]:
    files: dict[Hashable, list[_Name]] = {}
    for name in names:
        files.setdefault(name.file, []).append(name)
    for same in files.values():
        preferred = sorted(same, key=lambda name: (name.is_link, name.path))
        first = preferred[0]
        yield FileEntry(
            path=as_utf8(first.path),
            size=first.stat.st_size,
            mtime=first.stat.st_mtime_ns // 1_000_000,
            aliases=tuple(as_utf8(name.path) for name in preferred[1:]),
        )


def as_utf8(path: str) -> str:
    r"""Return a path with its bytes that are no UTF-8 written out, as the text of no file.

    Examples
    --------
    >>> as_utf8(os.fsdecode(b"in/caf\xe9.csv")), as_utf8("in/café.csv")
    ('in/caf\\xe9.csv', 'in/café.csv')
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _list_remote(
    spark: SparkSession | None, source: FilesSource
) -> tuple[FileEntry, ...]:
    if spark is None:
        raise InputError(
            f"{source.path!r} can be listed only with a Spark session",
            code="LS202",
            hint="use `run`",
        )
    micros = F.unix_micros("modificationTime")
    files = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", str(source.recursive).lower())
        .option("pathGlobFilter", source.pattern)
        .load(source.path)
    )
    mtime = (micros / 1000).cast("long").alias("mtime")
    rows = files.select("path", "length", mtime).collect()
    entries = [FileEntry(row.path, row.length, row.mtime) for row in rows]
    return tuple(sorted(entries))


def by_name(files: Iterable[FileEntry]) -> Mapping[str, FileEntry]:
    """Return each file by each of its names.

    Examples
    --------
    >>> sorted(by_name([FileEntry("in/a", 1, 2, aliases=("in/b",))]))
    ['in/a', 'in/b']
    """
    found = {}
    for file in files:
        for name in (file.path, *file.aliases):
            found[name] = file
    return found
