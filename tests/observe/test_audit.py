"""An audit reads no row where the log says all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from deltalake import write_deltalake

from lakesmith.observe.audits.audit import check_table
from lakesmith.spec.model import Project
from lakesmith.tables.readable import ReadableTables

FEW: dict[str, Any] = {"id": "few", "check": "row_count", "max": 2}
GIVEN: dict[str, Any] = {"id": "given", "check": "not_null", "column": "num"}


class SessionStartedError(Exception):
    """Spark was asked for."""


def no_session(*_: object) -> Any:
    raise SessionStartedError


def tables(root: Path, *checks: dict[str, Any], default: int | None = None) -> ReadableTables:
    columns = {"num": {"type": "bigint", "default": default}}
    table = {"from": "bronze.orders", "checks": checks, "columns": columns}
    spec = {"name": "shop", "warehouse": str(root), "tables": {"silver": {"orders": table}}}
    return ReadableTables(Project.model_validate(spec), no_session, no_session, lambda name: 0)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A warehouse whose table has more rows than were published."""
    orders = str(tmp_path / "silver" / "orders")
    write_deltalake(orders, pa.table({"num": pa.array([1, None], pa.int64())}))
    write_deltalake(orders, pa.table({"num": pa.array([3], pa.int64())}), mode="append")
    return tmp_path


def test_the_published_version_of_a_table_is_audited(lake: Path) -> None:
    found = check_table(tables(lake, FEW, GIVEN), "silver.orders")
    assert [(one.check, one.status, one.origin) for one in found] == [
        ("given", "quarantine", "log"),
        ("few", "pass", "log"),
    ]


def test_the_newest_version_of_a_directory_is_audited(lake: Path) -> None:
    file = lake / "checks.yml"
    file.write_text("checks: [{id: few, check: row_count, max: 2}]\n")
    (found,) = check_table(tables(lake), str(lake / "silver" / "orders"), file)
    assert (found.message, found.as_data()["from"]) == ("3 rows, expected at most 2", "log")


def test_one_check_that_the_log_cannot_answer_needs_a_session(lake: Path) -> None:
    mean = {"id": "mean", "check": "mean", "column": "num", "max": 1}
    with pytest.raises(SessionStartedError):
        check_table(tables(lake, FEW, mean), "silver.orders")


def test_a_column_with_a_default_shows_other_values_than_its_files(lake: Path) -> None:
    assert check_table(tables(lake, FEW, default=7), "silver.orders")
    with pytest.raises(SessionStartedError):
        check_table(tables(lake, GIVEN, default=7), "silver.orders")


def test_the_log_is_not_asked_when_a_scan_is_wanted(lake: Path) -> None:
    with pytest.raises(SessionStartedError):
        check_table(tables(lake, FEW), "silver.orders", scan=True)


@pytest.mark.parametrize(("rescued", "is_read"), [([None, None], False), ([None, "{}"], True)])
def test_rescued_text_is_looked_at(tmp_path: Path, rescued: list[str | None], is_read: bool) -> None:
    table = str(tmp_path / "t")
    write_deltalake(table, pa.table({"num": [1, 2], "_rescued": pa.array(rescued, pa.string())}))
    file = tmp_path / "checks.yml"
    file.write_text("checks: [{id: few, check: row_count, max: 2}]\n")
    if is_read:
        with pytest.raises(SessionStartedError):
            check_table(tables(tmp_path), table, file)
    else:
        assert [one.check for one in check_table(tables(tmp_path), table, file)] == ["row_parsed", "few"]
