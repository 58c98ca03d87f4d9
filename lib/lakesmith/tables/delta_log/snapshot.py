"""Read the log of one table and the files of any of its versions, without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakesmith.tables.delta_log.actions import (
    Action,
    data_file,
    files_of,
    read_actions,
    vector_file,
)
from lakesmith.tables.delta_log.checkpoints import (
    checkpoint_actions,
    checkpoint_problem,
)
from lakesmith.tables.delta_log.listing import LogFiles, log_files

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef


@dataclass
class Snapshot:
    """Hold what one version is made of.

    Parameters
    ----------
    live : dict
        The action that added each file, by path and deletion vector.
    removed : dict of str to int
        When each path was removed, in milliseconds.
    settings : dict of str to str
        The table's properties.
    metadata : dict
        What the table is: its schema and the columns that it is partitioned by.
    protocol : dict
        What a reader must know.

    Examples
    --------
    >>> snapshot = Snapshot()
    >>> snapshot.apply({"add": {"path": "a"}})
    >>> snapshot.apply({"add": {"path": "b"}})
    >>> snapshot.apply({"remove": {"path": "a", "deletionTimestamp": 5}})
    >>> [path for path, _ in snapshot.live], snapshot.removed
    (['b'], {'a': 5})
    """

    live: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    protocol: dict[str, Any] = field(default_factory=dict)

    def apply(self, action: Action) -> None:
        """Take one action in.

        Examples
        --------
        >>> snapshot = Snapshot()
        >>> snapshot.apply({"metaData": {"configuration": {"delta.appendOnly": "true"}}})
        >>> snapshot.settings
        {'delta.appendOnly': 'true'}
        """
        if added := action.get("add"):
            self.live[_key(added)] = added
        if removed := action.get("remove"):
            self.live.pop(_key(removed), None)
            self.removed[removed["path"]] = removed.get("deletionTimestamp") or 0
        if about := action.get("metaData"):
            self.settings = dict(about.get("configuration") or {})
            self.metadata = about
        if needs := action.get("protocol"):
            self.protocol = needs


def _key(body: dict[str, Any]) -> tuple[str, str]:
    vector = body.get("deletionVector") or {}
    place = vector.get("pathOrInlineDv", "")
    offset = vector.get("offset")
    return body["path"], f"{place}@{offset}"


@dataclass
class LocalTable:
    """Hold the log of a table on a local path, with its sound and its broken checkpoints."""

    ref: TableRef
    root: Path
    listed: LogFiles

    @property
    def name(self) -> str:
        """``layer.table``."""
        return self.ref.name

    @cached_property
    def broken(self) -> dict[int, str]:
        """The broken checkpoints, each with its problem."""
        found: dict[int, str] = {}
        for version in self.listed.checkpoints:
            problem = self._problem(version)
            if problem:
                found[version] = problem
        return found

    def _problem(self, version: int) -> str:
        return next(
            (
                text
                for file in self.listed.checkpoints[version]
                if (text := checkpoint_problem(file))
            ),
            "",
        )

    @cached_property
    def torn(self) -> dict[int, str]:
        """The torn commits, each with its problem."""
        found = {
            version: _torn(self.listed.commit(version))
            for version in self.listed.commits
        }
        return {version: problem for version, problem in found.items() if problem}

    @cached_property
    def log(self) -> LogFiles:
        """The log without its broken checkpoints."""
        sound = {
            version: files
            for version, files in self.listed.checkpoints.items()
            if version not in self.broken
        }
        return replace(self.listed, checkpoints=sound)

    @cached_property
    def head(self) -> Snapshot:
        """Return the files of the newest version."""
        return self.at(self.log.head or 0)

    def at(self, version: int) -> Snapshot:
        """Build a version from the newest checkpoint before it and the commits since.

        Raises
        ------
        ValueError, OSError
            When a commit is torn or missing.
        """
        base = max(
            (other for other in self.log.checkpoints if other <= version), default=-1
        )
        snapshot = Snapshot()
        for action in self._actions(base, version):
            snapshot.apply(action)
        return snapshot

    def _actions(self, base: int, version: int) -> Iterator[Action]:
        for file in self.log.checkpoints.get(base, ()):
            yield from checkpoint_actions(file)
        for number in range(base + 1, version + 1):
            yield from read_actions(self.log.commit(number))

    def files(self, added: dict[str, Any]) -> Iterator[tuple[Path, int | None]]:
        """Yield the files of a live action with their known sizes."""
        yield from (
            (file, added.get("size")) for file in data_file(self.root, added["path"])
        )
        yield from (
            (file, None) for file in vector_file(self.root, added.get("deletionVector"))
        )

    def named(self) -> set[Path]:
        """Return every file that any commit or checkpoint names, removed ones included."""
        checkpoints = (
            file for files in self.log.checkpoints.values() for file in files
        )
        actions = [
            action for file in checkpoints for action in checkpoint_actions(file)
        ]
        actions += [
            action
            for version in self.log.commits
            for action in read_actions(self.log.commit(version))
        ]
        removed = [
            {"add": action["remove"]} for action in actions if action.get("remove")
        ]
        return {
            file
            for action in (*actions, *removed)
            for file in files_of(self.root, action)
        }


def _torn(commit: Path) -> str:
    try:
        read_actions(commit)
    except ValueError as error:
        return str(error)
    return ""


def open_local(ref: TableRef) -> LocalTable | None:
    """Return a table to be checked, or None when it is not local or does not exist.

    Examples
    --------
    >>> from lakesmith.tables.ref import TableRef
    >>> open_local(TableRef("silver.a", "main.silver.a", by_name=True))
    """
    if ref.local is None or not (ref.local / "_delta_log").is_dir():
        return None
    return LocalTable(
        ref,
        ref.local,
        log_files(ref.local / "_delta_log"),
    )
