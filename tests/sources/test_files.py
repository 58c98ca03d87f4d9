from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.sources.files.changes import fresh_files
from lakesmith.sources.files.listing import FileEntry
from lakesmith.sources.files.new_files import NewFiles, next_files
from lakesmith.spec.model import BatchBounds, FilesSource

GOOD, BAD = b"id,name\n1,a\n2,b\n", b"id\n1\n"
MISSING = "column(s) name missing; the header has id"
Land, Source = Callable[..., Path], Callable[..., FilesSource]


def names(files: tuple[FileEntry, ...]) -> list[str]:
    return [os.path.basename(file.path) for file in files]


def whats_new(
    spark: SparkSession, spec: FilesSource, before: Mapping[str, tuple[int, int]], where: str = ""
) -> NewFiles:
    return next_files(spark, spec, fresh_files(spark, spec, before, None, where), where)


def seen(found: NewFiles) -> dict[str, tuple[int, int]]:
    return {file.path: (file.size, file.mtime) for file in found.files}


def test_all_files_are_new_at_first(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD, "b.csv"), land(GOOD, "a.csv")
    found = whats_new(spark, source(), {})
    assert (names(found.files), found.parked, found.more) == (["a.csv", "b.csv"], (), False)


def test_files_seen_before_are_not_new(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD, "a.csv")
    before = seen(whats_new(spark, source(), {}))
    land(GOOD, "b.csv")
    assert names(whats_new(spark, source(), before).files) == ["b.csv"]


def test_a_bad_file_is_parked_with_its_reason_and_the_rest_goes_on(
    spark: SparkSession, land: Land, source: Source
) -> None:
    land(BAD, "a.csv"), land(GOOD, "b.csv")
    found = whats_new(spark, source(), {})
    assert names(found.files) == ["b.csv"]
    assert [(os.path.basename(file.path), reason) for file, reason in found.parked] == [("a.csv", MISSING)]


def test_a_bad_file_stops_where_the_source_says_so(spark: SparkSession, land: Land, source: Source) -> None:
    land(BAD, "a.csv"), land(GOOD, "b.csv")
    with pytest.raises(InputError, match=r"a.csv.*column.s. name missing") as caught:
        whats_new(spark, source(on_bad_input="fail"), {}, "sources.orders.path")
    assert (caught.value.code, caught.value.where) == ("LS204", "sources.orders.path")


@pytest.mark.parametrize(
    ("name", "data", "options", "reason"),
    [
        ("a.csv", b"", {}, "the file is empty: it has no header"),
        ("a.csv", "id,name\n".encode("utf-16"), {}, "the file is UTF-16: set `encoding: UTF-16`"),
        ("a.csv.gz", GOOD, {}, "the file cannot be read: BadGzipFile"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", {}, "the file cannot be read: EOFError"),
        ("10:30.csv", GOOD, {}, "the file's name has a colon"),
        (os.fsdecode(b"caf\xe9.csv"), GOOD, {}, "the file's name is no UTF-8"),
    ],
    ids=["empty", "UTF-16", "not gzipped", "cut gzip", "a colon, which Hadoop cannot read", "a name in Latin-1"],
)
def test_files_that_cannot_be_read_are_parked(
    parked: Callable[..., str], name: str, data: bytes, options: dict[str, str], reason: str
) -> None:
    assert parked(data, name, **options).startswith(reason)


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_parked(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD).chmod(0)
    ((_, reason),) = whats_new(spark, source(), {}).parked
    assert reason.startswith("the file cannot be read: PermissionError")


def test_a_batch_takes_at_most_max_files(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD, "a.csv"), land(GOOD, "b.csv"), land(GOOD, "c.csv")
    spec = source(batch=BatchBounds(max_files=2))
    first = whats_new(spark, spec, {})
    assert (names(first.files), first.more) == (["a.csv", "b.csv"], True)
    rest = whats_new(spark, spec, seen(first))
    assert (names(rest.files), rest.more) == (["c.csv"], False)


def test_a_batch_takes_about_max_rows(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD, "a.csv"), land(GOOD, "b.csv"), land(GOOD, "c.csv")
    found = whats_new(spark, source(batch=BatchBounds(max_rows=6)), {})
    assert (names(found.files), found.more) == (["a.csv", "b.csv"], True)


def test_a_batch_takes_one_file_even_above_max_rows(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD, "a.csv"), land(GOOD, "b.csv")
    assert names(whats_new(spark, source(batch=BatchBounds(max_rows=1)), {}).files) == ["a.csv"]


def test_more_waits_behind_a_batch_of_parked_files(spark: SparkSession, land: Land, source: Source) -> None:
    land(BAD, "a.csv"), land(GOOD, "b.csv")
    found = whats_new(spark, source(batch=BatchBounds(max_files=1)), {})
    assert (found.files, len(found.parked), found.more) == ((), 1, True)


def test_a_changed_file_follows_the_policy(spark: SparkSession, land: Land, source: Source) -> None:
    land(GOOD, "a.csv")
    before = seen(whats_new(spark, source(), {}))
    land(GOOD + b"3,c\n", "a.csv")
    assert names(whats_new(spark, source(on_changed_file="reload"), before).files) == ["a.csv"]
    assert names(whats_new(spark, source(on_changed_file="ignore"), before).files) == []
    with pytest.raises(InputError, match=r"LS203"):
        whats_new(spark, source(on_changed_file="fail"), before)
