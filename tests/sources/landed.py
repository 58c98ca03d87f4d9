"""Files that tests land, and the rows that reading them must give.

All files of a module that have the same options are read together, as a batch reads them, so that
a test costs no read of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.new_files import read_files, reason_to_park
from lakesmith.spec.model import FilesSource

READ = [("id", "string"), ("name", "string"), ("_rescued", "string")]
Row = tuple["str | None", "str | None", "str | None"]
B: Row = ("2", "b", None)


@dataclass(frozen=True, eq=False)
class Landed:
    """A file, the rows (id, name, _rescued) that it must give, and options of its source."""

    data: bytes
    rows: Sequence[Row]
    name: str = "a.csv"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Why a file must be parked (empty when it can be read), and the rows that it gave."""

    reason: str
    rows: list[Row]


def lands(data: bytes, rows: Sequence[Row], name: str = "a.csv", **options: Any) -> pytest.MarkDecorator:
    """Give a test one file as ``file``."""
    return pytest.mark.parametrize("file", [Landed(data, rows, name, options)], ids=["file"])


def lands_each(files: Mapping[str, Landed]) -> pytest.MarkDecorator:
    """Give a test each of several files as ``file``."""
    return pytest.mark.parametrize("file", list(files.values()), ids=list(files))


def lands_both_ways(data: bytes, rows: Sequence[Row], name: str = "a.csv", **options: Any) -> pytest.MarkDecorator:
    """Give a test one file as ``file``, to be read by line and as records over several lines."""
    ways = {"by line": False, "multiline": True}
    files = {way: Landed(data, rows, name, options | {"multiline": value}) for way, value in ways.items()}
    return lands_each(files)


def source_of(root: Path, **options: Any) -> FilesSource:
    """Return a CSV source of the columns id and name, some options replaced."""
    return FilesSource(**{"format": "csv", "path": str(root), "columns": ("id", "name"), **options})


def read_together(spark: SparkSession, root: Path, files: Iterable[Landed]) -> dict[Landed, Outcome]:
    """Land files, and read those that have the same options as one batch."""
    alike: dict[str, list[Landed]] = defaultdict(list)
    for file in files:
        alike[repr(source_of(root, **file.options))].append(file)
    outcomes: dict[Landed, Outcome] = {}
    for number, group in enumerate(alike.values()):
        outcomes |= _read_group(spark, root / str(number), group)
    return outcomes


def _read_group(spark: SparkSession, root: Path, group: Sequence[Landed]) -> dict[Landed, Outcome]:
    spec = source_of(root, **group[0].options)
    paths = {_written(root / str(number), file): file for number, file in enumerate(group)}
    outcomes = {file: Outcome(reason_to_park(spark, spec, path), []) for path, file in paths.items()}
    good = [path for path, file in paths.items() if not outcomes[file].reason]
    if not good:
        return outcomes
    rows = read_files(spark, spec, good).drop("_arrived")
    assert rows.drop("_source_file").dtypes == READ
    for row in rows.collect():
        number = re.search(r"/(\d+)/[^/]*$", row["_source_file"])
        assert number
        outcomes[group[int(number[1])]].rows.append((row["id"], row["name"], row["_rescued"]))
    return outcomes


def _written(folder: Path, file: Landed) -> str:
    folder.mkdir(parents=True)
    path = folder / file.name
    path.write_bytes(file.data)
    return str(path)
