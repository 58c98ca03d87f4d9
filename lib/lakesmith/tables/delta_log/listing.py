"""List the files of a Delta log on a local path without opening one."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

COMMIT = re.compile(r"(\d{20})\.json")
CHECKPOINT = re.compile(
    r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10})|\.[0-9a-f-]{36})?\.(?:parquet|json)"
)
SUMMARY = re.compile(r"\d{20}\.crc")  # Delta's own metrics of a version
TEMPORARY = re.compile(r".*(\.tmp(\.crc)?|#\d+)")
POINTER = "_last_checkpoint"


@dataclass(frozen=True)
class LogFiles:
    """List what one ``_delta_log`` holds.

    `commits` are the versions that have a commit file, in order; `checkpoints` the complete
    checkpoints by version, each with its files.
    """

    directory: Path
    names: frozenset[str]
    commits: tuple[int, ...]
    checkpoints: dict[int, tuple[Path, ...]]

    @property
    def head(self) -> int | None:
        """Return the newest version, or None for a log without a commit.

        Examples
        --------
        >>> LogFiles(Path(), frozenset(), (0, 1), {}).head
        1
        """
        return max(
            (*self.commits[-1:], *self.checkpoints),
            default=None,
        )

    @property
    def checkpoint(self) -> int | None:
        """The version of the newest checkpoint.

        Examples
        --------
        >>> LogFiles(Path(), frozenset(), (), {10: (), 20: ()}).checkpoint
        20
        """
        return max(self.checkpoints, default=None)

    def commit(self, version: int) -> Path:
        """Return the commit file of a version.

        Examples
        --------
        >>> LogFiles(Path("_delta_log"), frozenset(), (), {}).commit(3).as_posix()
        '_delta_log/00000000000000000003.json'
        """
        return self.directory / f"{version:020d}.json"

    def missing(self, since: int | None) -> list[int]:
        """Return the versions without a commit between a checkpoint and the head.

        Examples
        --------
        >>> LogFiles(Path(), frozenset(), (0, 1, 3, 4), {}).missing(None)
        [2]
        >>> LogFiles(Path(), frozenset(), (3, 4), {}).missing(2)
        []
        """
        if not self.commits:
            return []
        first = 0 if since is None else since + 1
        newest = self.commits[-1]
        known = set(self.commits)
        return [version for version in range(first, newest + 1) if version not in known]

    def of_version(self, version: int) -> list[Path]:
        """Return every file of a version.

        Examples
        --------
        >>> names = frozenset(f"{version:020d}.json" for version in (3, 4))
        >>> [file.name for file in LogFiles(Path(), names, (3, 4), {}).of_version(4)]
        ['00000000000000000004.json']
        """
        prefix = f"{version:020d}."
        return [
            self.directory / name
            for name in sorted(self.names)
            if name.lstrip(".").startswith(prefix)
        ]


def log_files(directory: Path) -> LogFiles:
    """List a log, which is empty when the directory does not exist.

    Examples
    --------
    >>> log_files(Path("/no/such/table/_delta_log")).commits
    ()
    """
    try:
        names = frozenset(os.listdir(directory))
    except FileNotFoundError:
        names = frozenset()
    commits = sorted(int(found[1]) for found in map(COMMIT.fullmatch, names) if found)
    return LogFiles(
        directory,
        names,
        tuple(commits),
        _checkpoints(directory, names),
    )


def _checkpoints(directory: Path, names: frozenset[str]) -> dict[int, tuple[Path, ...]]:
    """Group the files of checkpoints without those that lack a part."""
    parts: dict[tuple[int, int], list[Path]] = defaultdict(list)
    for found in map(CHECKPOINT.fullmatch, sorted(names)):
        if found:
            version = int(found[1])
            wanted = int(found[3] or 1)
            parts[version, wanted].append(directory / found[0])
    return {
        version: tuple(files)
        for (version, wanted), files in sorted(parts.items())
        if len(files) >= wanted
    }
