"""A table is sampled by what its rows hold, not by where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from deltalake import write_deltalake

from lakesmith.spec.model import Project
from lakesmith.suggest.read_table import sample_of_table
from lakesmith.suggest.suggest import suggest
from lakesmith.tables.readable import ReadableTables

ROWS = pa.table({"id": [*range(300)], "name": [f"x{number}" for number in range(300)]})


def no_session(*_: object) -> Any:
    raise AssertionError("Spark was asked for")


def tables(root: Path, version: int = 0) -> ReadableTables:
    spec = {"name": "shop", "warehouse": str(root), "tables": {"silver": {"orders": {"from": "bronze.orders"}}}}
    return ReadableTables(Project.model_validate(spec), no_session, no_session, lambda name: version)


def test_the_same_rows_are_taken_whatever_files_they_lie_in(tmp_path: Path) -> None:
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    write_deltalake(one, ROWS)
    for start in (200, 0, 100):
        write_deltalake(other, ROWS.slice(start, 100), mode="append")
    first = sample_of_table(tables(tmp_path), one, 50)
    second = sample_of_table(tables(tmp_path), other, 50)
    assert first.rows == second.rows
    assert (len(first.rows), first.total) == (50, 300)
    assert {row["id"] for row in first.rows} != {*range(50)}


def test_a_table_of_the_project_is_sampled_as_published(tmp_path: Path) -> None:
    orders = str(tmp_path / "silver" / "orders")
    write_deltalake(orders, ROWS)
    write_deltalake(orders, ROWS, mode="append")
    found = suggest(tables(tmp_path), "silver.orders", 1000)
    assert (found.subject, found.rows, found.total) == ("silver.orders, version 0", 300, 300)
    assert "unique" in found.as_yaml()
    newest = suggest(tables(tmp_path, version=1), "silver.orders", 1000)
    assert "unique" not in newest.as_yaml()


def test_tombstones_are_no_rows(tmp_path: Path) -> None:
    table = str(tmp_path / "t")
    write_deltalake(table, pa.table({"id": [1, 2], "_deleted": [False, True], "_seq": [1, 1]}))
    found = sample_of_table(tables(tmp_path), table, 10)
    assert (found.rows, dict(found.kinds), found.total) == ([{"id": 1}], {"id": "bigint"}, 1)
    cut = sample_of_table(tables(tmp_path), table, 1)
    assert cut.total is None
