"""Files that can hold what a batch touches are found from the log alone, and none is missed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from lakesmith.tables.pruning import search_bounds
from lakesmith.tables.pruning.file_stats import Files, expected_write, files_of
from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.pruning.search_bounds import part_of

UTC = dt.timezone.utc


def files(path: Path, *parts: dict[str, list[object]], partition_by: str | None = None) -> Files:
    for part in parts:
        write_deltalake(path, pa.table(part), mode="append", partition_by=partition_by)
    return files_of(DeltaTable(path))


@pytest.mark.parametrize(
    ("values", "count"),
    [({1}, 1), ({3}, 0), ({2, 10}, 2), ({None}, 1), ({None, 1}, 2), (set(), 0), ({-5, 50}, 0), ({float("nan")}, 2)],
)
def test_files_are_found_by_their_statistics(tmp_path: Path, values: set[int | None], count: int) -> None:
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


def test_without_statistics_nothing_is_known_of_instants(tmp_path: Path) -> None:
    assert not files(tmp_path / "t", {"id": [1]}).in_nanoseconds("at")


def stats(**columns: list[object]) -> Files:
    """Return files by their statistics, with `__` for the dot in their names."""
    return Files(pa.table({name.replace("__", "."): values for name, values in columns.items()}))


def test_a_file_without_statistics_can_hold_anything() -> None:
    found = stats(num_records=[5, None], size_bytes=[10, 20], min__id=[1, None], max__id=[9, None])
    assert found.matching(Touched({"id": frozenset([50])})).count == 1
    assert found.rows is None
    assert found.spans_of("id") == [(1, 9, 5)]


def test_values_of_another_type_than_the_statistics_exclude_nothing() -> None:
    found = stats(num_records=[5], size_bytes=[10], min__id=[1], max__id=[9])
    assert found.matching(Touched({"id": frozenset(["a"])})).count == 1


@pytest.mark.parametrize(("rows", "expected"), [(None, {"files": 2}), (3, {"files": 2, "rows": 3, "bytes": 60})])
def test_a_written_row_is_taken_to_be_as_long_as_the_stored_ones(rows: int | None, expected: dict[str, int]) -> None:
    assert expected_write(stats(num_records=[2, 1], size_bytes=[50, 10]), rows) == expected


def test_of_no_rows_no_bytes_are_expected() -> None:
    assert expected_write(stats(num_records=[0], size_bytes=[10]), 3) == {"files": 1, "rows": 3}


def test_a_part_of_a_big_table_has_about_as_many_rows_as_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_bounds, "MOST_ROWS", 10)
    found = stats(num_records=[4, 4, 4, 9], min__day=[1, 2, 3, 4], max__day=[2, 3, 4, 5])
    assert [part_of(found, "day", turn) for turn in range(5)] == [(1, 3), (2, 4), (3, 4), (4, 5), (1, 3)]
    assert part_of(found, "other", 0) is None
