from __future__ import annotations

from pathlib import Path

import pytest

from lakesmith.tables.delta_log.listing import log_files
from lakesmith.tables.delta_log.tail_check import tail_damage
from lakesmith.tables.ref import TableRef

COMMIT = '{"commitInfo":{"operation":"WRITE"}}\n{"add":{"path":"a.parquet","size":1}}\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of four whole commits."""
    directory = tmp_path / "a" / "_delta_log"
    directory.mkdir(parents=True)
    for version in range(4):
        (directory / f"{version:020d}.json").write_text(COMMIT)
    return directory


def codes(log: Path) -> list[str]:
    return [damage.code for damage in tail_damage(TableRef("silver.a", str(log.parent)))]


def commit(log: Path, version: int) -> Path:
    return log / f"{version:020d}.json"


def checkpoint(log: Path, version: int, part: str = "") -> None:
    (log / f"{version:020d}.checkpoint{part}.parquet").write_bytes(b"PAR1...PAR1")


def test_a_whole_log_has_no_damage(log: Path) -> None:
    assert codes(log) == []


@pytest.mark.parametrize(
    "text", ["", "\n", COMMIT[:-9], COMMIT + '{"add":', COMMIT + "\0" * 512, "[1]", '"x"', '{"a":1}']
)
def test_a_last_commit_that_is_not_whole_is_torn(log: Path, text: str) -> None:
    commit(log, 3).write_text(text)
    assert codes(log) == ["LS620"]


def test_a_commit_without_a_line_end_is_whole(log: Path) -> None:
    commit(log, 3).write_text(COMMIT.rstrip("\n"))
    assert codes(log) == []


def test_older_commits_are_not_opened(log: Path) -> None:
    commit(log, 1).write_text("")
    assert codes(log) == []


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_hole_before_the_last_commit_is_found(log: Path, gone: int) -> None:
    commit(log, gone).unlink()
    assert codes(log) == ["LS621"]


def test_what_a_checkpoint_covers_may_be_gone(log: Path) -> None:
    checkpoint(log, 2)
    for version in range(3):
        commit(log, version).unlink()
    assert codes(log) == []


def test_a_checkpoint_that_lacks_a_part_is_none(log: Path) -> None:
    checkpoint(log, 2, ".0000000001.0000000002")
    commit(log, 1).unlink()
    assert (codes(log), log_files(log).checkpoint) == (["LS621"], None)
    checkpoint(log, 2, ".0000000002.0000000002")
    assert (codes(log), log_files(log).checkpoint) == ([], 2)


def test_a_table_that_was_never_written_has_no_damage(tmp_path: Path) -> None:
    assert codes(tmp_path / "a" / "_delta_log") == []
    (tmp_path / "b" / "_delta_log").mkdir(parents=True)
    assert codes(tmp_path / "b" / "_delta_log") == []


def test_tables_elsewhere_are_left_to_their_store(log: Path) -> None:
    assert list(tail_damage(TableRef("silver.a", "s3a://bucket/silver/a"))) == []
    assert list(tail_damage(TableRef("silver.a", "main.silver.a", by_name=True))) == []
