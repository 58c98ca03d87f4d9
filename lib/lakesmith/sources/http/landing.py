"""Keep the answers of an API as files, a directory for each time that all pages were asked for."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

MANIFEST = "extract.json"
_RECORDS = "records"
_DRAFT = ".draft-"
_NAME = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Manifest:
    """What an extract has.

    `records` are new, `repeated` were left out since an earlier extract has them. `near` are the
    digests of records that may come again, with the marks of each. `place` is what the mark belongs
    to.
    """

    records: int
    repeated: int
    pages: int
    digest: str
    place: str = ""
    mark: str | None = None
    near: Mapping[str, str] = field(default_factory=dict)


class Landing:
    """The extracts of one source, each complete and never changed.

    Parameters
    ----------
    root : Path

    Examples
    --------
    >>> import tempfile
    >>> landing = Landing(Path(tempfile.mkdtemp()))
    >>> draft = landing.begin()
    >>> draft.add(1, b'[{"id": 1}]', ['{"id":1}'])
    >>> name = draft.complete(Manifest(records=1, repeated=0, pages=1, digest="d"))
    >>> landing.after(None) == [name], landing.after(name), landing.manifest(name).records
    (True, [], 1)
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def after(self, name: str | None) -> list[str]:
        """Return the extracts behind one, oldest first."""
        if not self.root.exists():
            return []
        found = (one.name for one in self.root.iterdir() if one.name[0] != ".")
        return sorted(one for one in found if name is None or one > name)

    def manifest(self, name: str) -> Manifest:
        """Return what an extract has."""
        data: dict[str, Any] = json.loads((self.root / name / MANIFEST).read_text())
        return Manifest(**data)

    def has(self, name: str) -> bool:
        """Return whether an extract is there."""
        return (self.root / name / MANIFEST).exists()

    def files(self, name: str) -> list[str]:
        """Return the files with the records of an extract."""
        return sorted(map(str, (self.root / name / _RECORDS).iterdir()))

    def begin(self) -> Draft:
        """Return a new extract, and remove those that were not completed."""
        self.root.mkdir(parents=True, exist_ok=True)
        for left in self.root.glob(f"{_DRAFT}*"):
            shutil.rmtree(left)
        known = self.after(None)
        return Draft(self.root, _name_behind(known[-1] if known else None))


class Draft:
    """An extract that is not complete, which no batch reads."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self.path = root / f"{_DRAFT}{name}"
        (self.path / _RECORDS).mkdir(parents=True)

    def add(self, number: int, answer: bytes, records: Iterable[str]) -> None:
        """Write a page as it came, and its new records in lines."""
        file = f"page-{number:06d}.json.gz"
        _write(self.path / file, answer)
        lines = "".join(f"{record}\n" for record in records)
        if lines:
            _write(self.path / _RECORDS / file, lines.encode())

    def complete(self, manifest: Manifest) -> str:
        """Make the extract one that is read, and return its name."""
        (self.path / MANIFEST).write_text(json.dumps(asdict(manifest)))
        _sync(self.path / MANIFEST)
        _sync(self.path)
        self.path.rename(self.root / self.name)
        _sync(self.root)
        return self.name

    def discard(self) -> None:
        """Remove the extract."""
        shutil.rmtree(self.path)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, mtime=0))
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name_behind(last: str | None) -> str:
    """Return the time of now as a name, or one behind the last extract of a clock that is ahead."""
    now = datetime.now(timezone.utc)
    if last is None or now.strftime(_NAME) > last:
        return now.strftime(_NAME)
    later = datetime.strptime(last, _NAME) + timedelta(microseconds=1)
    return later.strftime(_NAME)
