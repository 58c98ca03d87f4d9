"""Check the log of a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.doctor.findings import Finding, Severity
from lakesmith.doctor.moved_files import is_older
from lakesmith.tables.delta_log.hadoop_checksum import (
    sidecar_fit,
    sidecar_of,
    with_sidecars,
)
from lakesmith.tables.delta_log.listing import POINTER, SUMMARY, TEMPORARY, LogFiles
from lakesmith.tables.delta_log.tail_check import pointed_to

if TYPE_CHECKING:
    from lakesmith.tables.delta_log.snapshot import LocalTable

OLD_SECONDS = 3600
BY_HAND = "put the file back from a copy; nothing can be done here"


def check_log(table: LocalTable) -> Iterator[Finding]:
    """Yield what is wrong with one log."""
    name = table.name
    log = table.listed
    broken = table.broken
    torn = table.torn
    sound = [version for version in log.checkpoints if version not in broken]
    yield from (
        _torn_commit(name, log, version, torn[version], max(sound, default=None))
        for version in torn
    )
    yield from _missing(name, log, max(sound, default=None))
    lost = {*torn, *log.missing(None)}
    yield from (
        _broken_checkpoint(name, log, version, broken[version], sound, lost)
        for version in broken
    )
    yield from _pointer(name, log)
    yield from (
        finding for file in _sound_files(table) for finding in _checksum(name, file)
    )
    yield from _leftovers(name, log)


def _torn_commit(
    table: str, log: LogFiles, version: int, problem: str, checkpoint: int | None
) -> Finding:
    file = log.commit(version)
    what = f"commit {version} is torn: {problem}"
    if checkpoint is not None and version <= checkpoint:
        hint = f"checkpoint {checkpoint} covers it: only its history and its changes are lost"
        return Finding("warning", "LS620", table, what, str(file), hint)
    if version == log.head:
        hint = (
            "move it away: the table ends at the commit before it, and the next run "
            "repeats the batch"
        )
        return Finding(
            "error",
            "LS620",
            table,
            what,
            str(file),
            hint,
            tuple(log.of_version(version)),
        )
    return Finding("error", "LS620", table, what, str(file), BY_HAND)


def _missing(table: str, log: LogFiles, checkpoint: int | None) -> Iterator[Finding]:
    missing = log.missing(checkpoint)
    if missing:
        what = (
            f"the log lacks {len(missing)} commit(s), the first is {missing[0]}; the "
            f"newest is {log.head}"
        )
        hint = "put the files back from a copy, or remove the table and rebuild it"
        yield Finding("error", "LS621", table, what, str(log.commit(missing[0])), hint)


def _broken_checkpoint(
    table: str,
    log: LogFiles,
    version: int,
    problem: str,
    sound: list[int],
    lost: set[int],
) -> Finding:
    """Return a finding for a broken checkpoint, which may go where the commits suffice."""
    what = f"checkpoint {version} is broken: {problem}"
    where = str(log.checkpoints[version][0])
    severity: Severity = "error" if version == log.checkpoint else "warning"
    is_covered = any(other > version for other in sound)
    if not is_covered and not _commits_suffice(log, version, sound, lost):
        hint = f"commits before it are missing: {BY_HAND}"
        return Finding("error", "LS622", table, what, where, hint)
    hint = "move it away: the commits hold the same"
    files = _checkpoint_files(log, version)
    return Finding(severity, "LS622", table, what, where, hint, files)


def _commits_suffice(
    log: LogFiles, version: int, sound: list[int], lost: set[int]
) -> bool:
    """Return True where commits since the sound checkpoint before it build a version."""
    if version not in log.commits:
        return False
    earlier = [other for other in sound if other < version]
    base = max(earlier, default=-1)
    needed = range(base + 1, version + 1)
    return lost.isdisjoint(needed)


def _checkpoint_files(log: LogFiles, version: int) -> tuple[Path, ...]:
    """Return the files of a checkpoint with their checksums, and what points to it."""
    files = list(log.checkpoints[version])
    if pointed_to(log) == version:
        files.append(log.directory / POINTER)
    return with_sidecars(files)


def _pointer(table: str, log: LogFiles) -> Iterator[Finding]:
    if POINTER not in log.names:
        return
    file = log.directory / POINTER
    named = pointed_to(log)
    what = (
        f"it names checkpoint {named}, which is missing"
        if named is not None
        else "it cannot be read"
    )
    if named not in log.checkpoints:
        severity: Severity = "warning" if named is None else "error"
        hint = "move it away: readers list the log instead"
        yield Finding(
            severity,
            "LS623",
            table,
            f"{POINTER}: {what}",
            str(file),
            hint,
            (file, sidecar_of(file)),
        )


def _sound_files(table: LocalTable) -> Iterator[Path]:
    """Yield the files of the log that are whole and whose checksum a reader verifies."""
    log = table.log
    yield from (
        log.commit(version) for version in log.commits if version not in table.torn
    )
    yield from (file for files in log.checkpoints.values() for file in files)
    yield from (
        log.directory / name
        for name in sorted(log.names)
        if name == POINTER or SUMMARY.fullmatch(name)
    )


def _checksum(table: str, file: Path) -> Iterator[Finding]:
    """Compare a sound file with the checksum beside it."""
    fit = sidecar_fit(file)
    beside = sidecar_of(file)
    if fit == "stale":
        what = (
            f"the checksum beside {file.name} belongs to another content; the file "
            "itself is whole"
        )
        yield Finding(
            "error",
            "LS627",
            table,
            what,
            str(beside),
            "move the checksum away",
            (beside,),
        )
    elif fit == "differs":
        what = f"{file.name} and the checksum beside it differ in part: one of them was damaged"
        hint = "compare the file with a copy; if it is right, remove the checksum"
        yield Finding("error", "LS628", table, what, str(file), hint)


def _leftovers(table: str, log: LogFiles) -> Iterator[Finding]:
    files = [
        log.directory / name for name in sorted(log.names) if TEMPORARY.fullmatch(name)
    ]
    old = tuple(file for file in files if is_older(file, OLD_SECONDS))
    if old:
        what = f"{len(old)} temporary file(s) of commits that died"
        yield Finding(
            "warning", "LS626", table, what, str(old[0]), "move them away", old
        )
    if len(old) < len(files):
        what = (
            f"{len(files) - len(old)} temporary file(s), younger than an hour: a "
            "write may be at work"
        )
        yield Finding(
            "info", "LS626", table, what, str(log.directory), "look again later"
        )
