from __future__ import annotations

from typing import Any

import pytest

from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Table

SPEC: dict[str, Any] = {
    "from": "bronze.orders",
    "columns": {"id": {"type": "int"}, "day": {"type": "date"}},
    "steps": [{"with_columns": {"a": "1", "b": "a + 1"}}],
    "checks": [{"id": "c", "check": "not_null", "column": "id"}],
}


def changed(**changes: Any) -> str:
    return spec_hash(Table.model_validate(SPEC | changes))


def test_the_hash_is_the_same_in_every_process() -> None:
    assert changed() == "a0373210a4d8eaa5"


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "text"},
        {"columns": {"day": {"type": "date", "description": "text"}, "id": {"type": "int", "nullable": True}}},
        {"checks": [{"id": "c", "check": "not_null", "column": "id", "on_fail": "quarantine", "description": "x"}]},
        {"write": {"strategy": "append"}},
        {"profile": {"level": "full"}},
    ],
)
def test_what_cannot_change_rows_does_not_count(changes: dict[str, Any]) -> None:
    assert changed(**changes) == changed()


@pytest.mark.parametrize(
    "changes",
    [
        {"from": "bronze.lines"},
        {"columns": {"id": {"type": "bigint"}, "day": {"type": "date"}}},
        {"steps": [{"with_columns": {"b": "a + 1", "a": "1"}}]},
        {"checks": []},
        {"write": {"partition_by": ["day"]}},
        {"steps": [], "sql": "SELECT 1"},
    ],
)
def test_what_can_change_rows_counts(changes: dict[str, Any]) -> None:
    assert changed(**changes) != changed()
