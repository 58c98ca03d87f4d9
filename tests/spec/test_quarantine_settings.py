"""Settings of quarantines are taken where they have an effect, and refused with their place elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Project, Table
from lakesmith.spec.model.quarantine import Quarantine
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.rules.maintenance import maintenance_rules


@pytest.mark.parametrize(
    "settings", [{"retention": "90 days"}, {"warn": "5"}, {"warn": 5}, {"warn": "many"}, {"keep": 1}]
)
def test_what_is_no_setting_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Quarantine.model_validate(settings)


@pytest.mark.parametrize("limit", ["5 %", "0.5%", "100 rows", "1 row"])
def test_a_limit_has_a_unit(limit: str) -> None:
    assert Quarantine(warn=limit).warn == limit


def test_a_table_that_has_no_quarantine_takes_no_settings_of_one() -> None:
    source = {"format": "csv", "path": "in", "columns": ["id"]}
    table = {"from": "sources.s", "quarantine": {"retention": "90d"}}
    project = Project.model_validate({"name": "p", "sources": {"s": source}, "tables": {"bronze": {"a": table}}})
    findings = maintenance_rules(Subject("bronze.a", project.table("bronze.a"), project))
    assert [(one.code, one.key) for one in findings] == [("LS642", "quarantine")]


def test_the_settings_change_no_row_so_they_do_not_count_as_a_change() -> None:
    plain = Table.model_validate({"from": "bronze.a"})
    kept = Table.model_validate({"from": "bronze.a", "quarantine": {"retention": "90d", "warn": "5 %"}})
    assert spec_hash(plain) == spec_hash(kept)
