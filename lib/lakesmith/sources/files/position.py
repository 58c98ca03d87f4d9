"""Remember which files were read or parked, in which batch, and why they were parked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from lakesmith.sources.positions import Position, Positions
from lakesmith.sources.slices import ParkedPart, Slice

if TYPE_CHECKING:
    from lakesmith.sources.files.listing import FileEntry

FILES_PER_PART = 1000
FILES_IN_COMMIT = 1000
KIND = "files"


def files_slice(name: str, files: Iterable[Sequence[Any]]) -> Slice:
    """Return a slice of files, each as path, size and modification time.

    Examples
    --------
    >>> files_slice("orders", [("in/a.csv", 12, 1700)]).data
    {'files': [['in/a.csv', 12, 1700]]}
    """
    return Slice(KIND, name, {"files": [list(file) for file in files]})


def slice_of(name: str, files: Iterable[FileEntry]) -> Slice | None:
    """Return a slice of files that were listed, None without any."""
    listed = [(file.path, file.size, file.mtime) for file in files]
    if not listed:
        return None
    return files_slice(name, listed)


class FilePositions(Positions):
    """Files are known by path, size and modification time, whichever source of files lists them."""

    def __init__(self) -> None:
        super().__init__(shared=True)

    def start(self) -> Position:
        """Return the position before any file was read.

        Examples
        --------
        >>> FilePositions().start()
        {'seen': {}, 'read_in': {}, 'parked': {}, 'earlier': {}}
        """
        return {"seen": {}, "read_in": {}, "parked": {}, "earlier": {}}

    def parts(self, piece: Slice) -> tuple[str, ...]:
        """Return the paths of the files in a slice.

        Examples
        --------
        >>> FilePositions().parts(files_slice("orders", [("in/a.csv", 12, 1700)]))
        ('in/a.csv',)
        """
        return tuple(file[0] for file in piece.data["files"])

    def advance(self, position: Position, piece: Slice, batch: int) -> None:
        """Count the files of a slice as read, in place.

        Examples
        --------
        >>> position = FilePositions().start()
        >>> read = files_slice("orders", [("in/a.csv", 12, 1700)])
        >>> FilePositions().advance(position, read, batch=2)
        >>> position["seen"], position["read_in"]
        ({'in/a.csv': (12, 1700)}, {'in/a.csv': 2})
        """
        for file in piece.data["files"]:
            _see(position, file, batch)
        for path in self.parts(piece):
            position["parked"].pop(path, None)

    def park(
        self, position: Position, parked: Sequence[ParkedPart], batch: int
    ) -> None:
        """Count files as seen, and keep the reasons why they were not read.

        Examples
        --------
        >>> position = FilePositions().start()
        >>> empty = ParkedPart("in/a.csv", "the file is empty", [0, 1700])
        >>> FilePositions().park(position, [empty], batch=2)
        >>> position["seen"], position["parked"]
        ({'in/a.csv': (0, 1700)}, {'in/a.csv': 'the file is empty'})
        """
        for one in parked:
            # A file that waits is tried in each run, and nothing about it is new.
            if not _is_parked_so(position, one):
                _see(position, [one.part, *one.data], batch)
                position["parked"][one.part] = one.reason

    def mark(self, position: Position) -> Position:
        """Return nothing, since each file knows its batch."""
        return {}

    def go_back(self, position: Position, mark: Position, batch: int) -> None:
        """Forget what was seen after a batch. A file that was seen before is known as it was then.

        Examples
        --------
        >>> seen = {"a": (1, 5), "b": (1, 6)}
        >>> position = {"seen": seen, "read_in": {"a": 1, "b": 2}, "parked": {}}
        >>> FilePositions().go_back(position, {}, batch=1)
        >>> position["seen"]
        {'a': (1, 5)}
        """
        found = {path: _sightings(position, path) for path in position["seen"]}
        kept = {
            path: [one for one in sightings if one[2] <= batch]
            for path, sightings in found.items()
        }
        position.update(self.start())
        for path, sightings in kept.items():
            for one in sightings:
                _restore_sighting(position, path, one)

    def stored(self, position: Position) -> Iterator[Position]:
        """Yield the reasons of parked files, then the files in lists of bounded length.

        Examples
        --------
        >>> position = {"seen": {"a": (1, 5)}, "read_in": {"a": 1}, "parked": {}}
        >>> list(FilePositions().stored(position))
        [{'files': [['a', 1, 5, 1]]}]
        """
        if position["parked"]:
            yield {"parked": position["parked"]}
        earlier = position.get("earlier", {})
        changed = iter(sorted(earlier.items()))
        while listed := dict(islice(changed, FILES_PER_PART)):
            yield {"earlier": listed}
        read_in = position["read_in"]
        seen = sorted(position["seen"].items())
        files = iter([path, *found, read_in[path]] for path, found in seen)
        while chunk := list(islice(files, FILES_PER_PART)):
            yield {"files": chunk}

    def restore(self, position: Position, part: Position, batch: int) -> None:
        """Add stored files or reasons to a position.

        Examples
        --------
        >>> position = FilePositions().start()
        >>> FilePositions().restore(position, {"files": [["a", 1, 5, 1], ["b", 1, 6]]}, batch=3)
        >>> position["read_in"]
        {'a': 1, 'b': 3}
        """
        seen = position["seen"]
        read_in = position["read_in"]
        for path, size, mtime, *noted in part.get("files", ()):
            seen[path] = (size, mtime)
            read_in[path] = noted[0] if noted else batch
        parked = part.get("parked", {})
        position["parked"].update(parked)
        earlier = position.setdefault("earlier", {})
        earlier.update(part.get("earlier", {}))

    def brief(self, piece: Slice) -> dict[str, Any]:
        """Return the files of a slice, or their number, the first and the last of very many.

        Examples
        --------
        >>> FilePositions().brief(files_slice("orders", [("in/a.csv", 12, 1700)]))["files"]
        [['in/a.csv', 12, 1700]]
        """
        files = piece.data["files"]
        if len(files) <= FILES_IN_COMMIT:
            return piece.to_dict()
        shown = [files[0], files[-1]]
        brief = {"files": shown, "count": len(files)}
        return {**piece.to_dict(), **brief}


def held_files(position: Position) -> dict[str, tuple[int, int]]:
    """Return the files whose rows the table holds, each as it was read last.

    A file that changed and was parked then has left its earlier rows.

    Examples
    --------
    >>> position = FilePositions().start()
    >>> FilePositions().advance(position, files_slice("orders", [("a", 12, 1700)]), batch=1)
    >>> FilePositions().park(position, [ParkedPart("a", "no header", [3, 1800])], batch=2)
    >>> held_files(position)
    {'a': (12, 1700)}
    """
    held = {}
    for path in position.get("seen", {}):
        read = [one for one in _sightings(position, path) if one[3] is None]
        if read:
            size, mtime, *_ = read[-1]
            held[path] = (size, mtime)
    return held


# Size, modification time and batch of a file, and why it was parked or None.
Sighting = tuple[int, int, int, str | None]


def _see(position: Position, file: Sequence[Any], batch: int) -> None:
    path, size, mtime = file
    read_in = position["read_in"]
    if read_in.get(path, batch) != batch:
        sightings = _sightings(position, path)
        earlier = position.setdefault("earlier", {})
        earlier[path] = [list(one) for one in sightings]
        position["parked"].pop(path, None)
    position["seen"][path] = (size, mtime)
    read_in[path] = batch


def _is_parked_so(position: Position, part: ParkedPart) -> bool:
    path = part.part
    if position["parked"].get(path) != part.reason:
        return False
    return bool(position["seen"].get(path) == tuple(part.data))


def _sightings(position: Position, path: str) -> list[Sighting]:
    """Return all that was seen of a file, the newest last."""
    earlier = position.get("earlier", {})
    before = [tuple(one) for one in earlier.get(path, ())]
    size, mtime = position["seen"][path]
    batch = position["read_in"][path]
    reason = position["parked"].get(path)
    return [*before, (size, mtime, batch, reason)]


def _restore_sighting(position: Position, path: str, sighting: Sighting) -> None:
    size, mtime, batch, reason = sighting
    _see(position, (path, size, mtime), batch)
    if reason is not None:
        position["parked"][path] = reason
