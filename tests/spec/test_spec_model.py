from __future__ import annotations

import pytest

from lakesmith.spec.model import Check


@pytest.mark.parametrize("kind", ["unique", "row_count", "freshness"])
def test_a_check_of_the_whole_table_fails_by_default(kind: str) -> None:
    assert Check.model_validate({"id": "c", "check": kind}).on_fail == "fail"
    assert Check.model_validate({"id": "c", "check": kind, "on_fail": "warn"}).on_fail == "warn"


def test_a_check_of_rows_quarantines_by_default() -> None:
    assert Check.model_validate({"id": "c", "check": "not_null"}).on_fail == "quarantine"
