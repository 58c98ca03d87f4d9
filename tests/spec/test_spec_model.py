from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from lakesmith.spec.model import Check, Table
from lakesmith.spec.model.checks import NotNull, check_from

BATCH_CHECKS: list[dict[str, Any]] = [
    {"check": "unique", "columns": ["id"]},
    {"check": "row_count", "min": 1},
    {"check": "freshness", "column": "at", "max_age": "2d"},
]


def checked(fields: dict[str, Any]) -> Check:
    (check,) = Table.model_validate({"from": "bronze.orders", "checks": [{"id": "c", **fields}]}).checks
    return check


@pytest.mark.parametrize("fields", BATCH_CHECKS)
def test_a_check_of_the_whole_table_fails_by_default(fields: dict[str, Any]) -> None:
    assert checked(fields).on_fail == "fail"
    assert checked({**fields, "on_fail": "warn"}).on_fail == "warn"


def test_a_check_of_rows_quarantines_by_default() -> None:
    assert checked({"check": "not_null", "column": "id"}) == NotNull(id="c", column="id")
    assert NotNull(id="c", column="id").on_fail == "quarantine"


def test_a_check_has_its_own_fields_only() -> None:
    assert set(NotNull.model_fields) - set(Check.model_fields) == {"column", "where", "threshold"}
    with pytest.raises(ValidationError, match="check 'not_null' takes no 'min'"):
        check_from({"id": "c", "check": "not_null", "column": "id", "min": 1})
