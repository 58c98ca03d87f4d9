"""Find the files that are new or changed since a position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.sources.files.listing import NOT_NOW, FileEntry, list_files

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource


@dataclass(frozen=True)
class FileChanges:
    """What a listing shows against the files seen before."""

    new: tuple[FileEntry, ...]
    changed: tuple[FileEntry, ...]


def compare(
    listed: Iterable[FileEntry],
    seen: Mapping[str, tuple[int, int]],
    parked: Mapping[str, str] | None = None,
) -> FileChanges:
    """Compare a listing with the files seen before, by path, size and mtime.

    Parameters
    ----------
    listed : iterable of FileEntry
    seen : mapping
        Path to size and mtime.
    parked : mapping, optional
        Path to reason. A parked file is new once it changed, and at any time when it merely could
        not be opened.

    Notes
    -----
    A file that was seen by another of its names goes by that name, so that a link that comes or
    goes makes no file new.

    Examples
    --------
    >>> changes = compare([FileEntry("a", 1, 5), FileEntry("b", 2, 5)], {"a": (1, 4)})
    >>> [entry.path for entry in changes.new], [entry.path for entry in changes.changed]
    (['b'], ['a'])
    """
    reasons = parked or {}
    new: list[FileEntry] = []
    changed: list[FileEntry] = []
    for entry in listed:
        file = _as_seen(entry, seen)
        path = file.path
        is_moved = seen.get(path) != (file.size, file.mtime)
        is_unread = path not in seen or path in reasons
        is_waiting = reasons.get(path, "").startswith(NOT_NOW)
        if is_waiting or (is_moved and is_unread):
            new.append(file)
        elif is_moved:
            changed.append(file)
    return FileChanges(tuple(new), tuple(changed))


def _as_seen(file: FileEntry, seen: Mapping[str, tuple[int, int]]) -> FileEntry:
    if file.path in seen:
        return file
    as_now = (file.size, file.mtime)
    known = (alias for alias in file.aliases if seen.get(alias) == as_now)
    path = next(known, file.path)
    return replace(file, path=path)


def apply_policy(
    changes: FileChanges, source: FilesSource, where: str = ""
) -> tuple[FileEntry, ...]:
    """Return the files to read, after ``on_changed_file``.

    Raises
    ------
    InputError
        LS203 when a file changed after it was read and the policy is ``fail``.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> source = FilesSource(format="csv", path="in", columns=("id",), on_changed_file="reload")
    >>> changes = FileChanges(new=(), changed=(FileEntry("in/a.csv", 5, 1700),))
    >>> [file.path for file in apply_policy(changes, source)]
    ['in/a.csv']
    """
    if not changes.changed or source.on_changed_file == "ignore":
        return changes.new
    if source.on_changed_file == "reload":
        return tuple(sorted(changes.new + changes.changed))
    raise InputError(
        f"{len(changes.changed)} file(s) changed after they were read, such as"
        f" {changes.changed[0].path!r}",
        code="LS203",
        where=where,
        hint="land changes as new files, or set `on_changed_file: reload` (read again) or `ignore`",
    )


def fresh_files(
    spark: SparkSession | None,
    source: FilesSource,
    seen: Mapping[str, tuple[int, int]],
    parked: Mapping[str, str] | None = None,
    where: str = "",
) -> tuple[FileEntry, ...]:
    """List the files that are to be read, which are new or changed since they were seen.

    Raises
    ------
    InputError
        LS201 no such directory; LS203 a file changed; LS214 a directory cannot be listed.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> source = FilesSource(format="csv", path="no/such", columns=("id",), optional=True)
    >>> fresh_files(None, source, seen={})
    ()
    """
    changes = compare(list_files(spark, source, where), seen, parked)
    return apply_policy(changes, source, where)
