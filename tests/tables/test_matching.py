"""Files that can hold what a batch touches are found from the log alone, and none is missed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from lakesmith.tables.pruning.file_stats import Files, files_of
from lakesmith.tables.pruning.key_bounds import Touched

UTC = dt.timezone.utc


def files(path: Path, *parts: dict[str, list[object]], partition_by: str | None = None) -> Files:
    for part in parts:
        write_deltalake(path, pa.table(part), mode="append", partition_by=partition_by)
    return files_of(DeltaTable(path))


@pytest.mark.parametrize(
    ("values", "count"),
    [({1}, 1), ({3}, 0), ({2, 10}, 2), ({None}, 1), ({None, 1}, 2), (set(), 0), ({-5, 50}, 0), ({float("nan")}, 2)],
)
def test_files_are_told_by_their_figures(tmp_path: Path, values: set[int | None], count: int) -> None:
    found = files(tmp_path / "t", {"id": [1, 2]}, {"id": [10, None]})
    touched = Touched({"id": frozenset(values)})
    assert found.matching(touched).count == count


def test_rows_and_bytes_are_those_of_the_files(tmp_path: Path) -> None:
    found = files(tmp_path / "t", {"id": [1, 2]}, {"id": [10, 11, 12]})
    one = found.matching(Touched({"id": frozenset([11])}))
    assert (found.rows, one.rows) == (5, 3)
    assert 0 < one.bytes < found.bytes


@pytest.mark.parametrize(("value", "count"), [("a", 1), ("/ = %", 1), (None, 1), ("b", 0)])
def test_partition_values_are_compared_as_they_are(tmp_path: Path, value: str | None, count: int) -> None:
    parts = ({"id": [1], "p": pa.array([one], pa.string())} for one in ("a", "/ = %", None))
    found = files(tmp_path / "t", *parts, partition_by="p")  # type: ignore[arg-type]
    assert found.matching(Touched({"p": frozenset([value])})).count == count


def test_an_instant_within_the_last_millisecond_of_a_file_is_not_missed(tmp_path: Path) -> None:
    last = dt.datetime(2026, 1, 1, 0, 0, 0, 999_999, UTC)
    found = files(
        tmp_path / "t", {"at": pa.array([dt.datetime(2026, 1, 1, tzinfo=UTC), last], pa.timestamp("us", "UTC"))}
    )
    assert found.matching(Touched({"at": frozenset([last])})).count == 1


@pytest.mark.parametrize(("year", "known"), [(2026, True), (1, False), (9999, False)])
def test_years_that_nanoseconds_do_not_hold_are_known(tmp_path: Path, year: int, known: bool) -> None:
    moments = pa.array([dt.datetime(year, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    assert files(tmp_path / "t", {"at": moments}).in_nanoseconds("at") is known


def test_without_figures_nothing_is_known_of_instants(tmp_path: Path) -> None:
    assert not files(tmp_path / "t", {"id": [1]}).in_nanoseconds("at")
