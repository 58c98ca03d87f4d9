"""What the log of a table says, without reading a row."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from deltalake import write_deltalake

from lakesmith.errors import InputError
from lakesmith.observe.from_log.facts import table_facts
from lakesmith.spec.model import Project
from lakesmith.tables.readable import ReadableTables
from tests.observe.logs import added, logged, of

AT = datetime(2024, 3, 1, 10, 0, 0, 123456)


def no_session(*_: object) -> Any:
    raise AssertionError("Spark was asked for")


def tables(root: Path, version: int = 0, sensitivity: str | None = None) -> ReadableTables:
    orders = {"from": "bronze.orders", "columns": {"num": {"type": "bigint", "sensitivity": sensitivity}}}
    spec = {"name": "shop", "warehouse": str(root), "tables": {"silver": {"orders": orders}}}
    return ReadableTables(Project.model_validate(spec), no_session, no_session, lambda name: version)


def facts(root: Path, table: Path | str, **settings: Any) -> dict[str, Any]:
    found = table_facts(tables(root, **settings), str(table))
    return {**found, "columns": {one.pop("column"): one for one in found["columns"]}}


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    orders = str(tmp_path / "silver" / "orders")
    at = pa.array([AT, None], pa.timestamp("us", "UTC"))
    write_deltalake(orders, pa.table({"num": pa.array([3, 8], pa.int64()), "at": at, "text": ["a", "b"]}))
    write_deltalake(orders, pa.table({"num": pa.array([9], pa.int64())}), mode="append", schema_mode="merge")
    return tmp_path


def test_counts_ranges_and_commits_of_the_published_version(lake: Path) -> None:
    found = facts(lake, "silver.orders")
    assert (found["version"], found["rows"], found["files"]) == (0, 2, 1)
    assert found["bytes"] > 0 and not found["has_tombstones"]
    assert found["columns"] == {
        "num": {"type": "bigint", "nulls": 0, "least": "3", "greatest": "8", "is_exact": True},
        "at": {
            "type": "timestamp", "nulls": 1, "least": "2024-03-01 10:00:00.123000",
            "greatest": "2024-03-01 10:00:00.123000", "is_exact": False,
        },
        "text": {"type": "string", "nulls": 0, "least": None, "greatest": None, "is_exact": None},
    }  # fmt: skip
    assert [(one["version"], one["operation"]) for one in found["commits"]] == [(0, "WRITE")]
    assert found["commits"][0]["seconds"] >= 0


def test_the_newest_version_of_a_directory(lake: Path) -> None:
    found = facts(lake, lake / "silver" / "orders")
    assert (found["version"], found["rows"], found["columns"]["num"]["greatest"]) == (1, 3, "9")
    assert [one["version"] for one in found["commits"]] == [1, 0]


def test_the_age_is_that_of_the_newest_commit(lake: Path) -> None:
    newest = facts(lake, "silver.orders")["newest_commit"]
    later = newest + timedelta(hours=2)
    assert table_facts(tables(lake), "silver.orders", later)["age_seconds"] == 7200
    assert newest.tzinfo == timezone.utc


def test_ends_of_a_secret_column_are_not_shown(lake: Path) -> None:
    column = facts(lake, "silver.orders", sensitivity="personal")["columns"]["num"]
    assert column == {"type": "bigint", "nulls": 0, "least": None, "greatest": None, "is_exact": None}


def test_loose_bounds_are_near(tmp_path: Path) -> None:
    vector = {"storageType": "u", "pathOrInlineDv": "x", "sizeInBytes": 9, "cardinality": 2}
    table = logged(tmp_path / "t", "integer", added(of(5, 1, 9, 0), deletionVector=vector))
    (column,) = table_facts(tables(tmp_path), str(table))["columns"]
    assert column == {"column": "a", "type": "int", "nulls": 0, "least": "1", "greatest": "9", "is_exact": False}


@pytest.mark.parametrize(("place", "code"), [("nowhere", "LS207"), ("s3://lake/t", "LS218"), ("{}/odd", "LS218")])
def test_a_table_whose_log_says_nothing(tmp_path: Path, place: str, code: str) -> None:
    logged(tmp_path / "odd", "integer", features=("rowHiding",))
    with pytest.raises(InputError) as caught:
        table_facts(tables(tmp_path), place.format(tmp_path))
    assert caught.value.code == code
