"""A key that is a hash has the same fields, spelled alike, for the life of its table."""

from __future__ import annotations

from typing import Any

import pytest

from lakesmith.ledger.key_change import settings_to_record
from lakesmith.spec.model import Table
from tests.runs.test_key_change import differences


def hashed(of: Any, **columns: dict[str, Any]) -> Table:
    write = {"strategy": "upsert", "keys": ["k"], "when_matched": "ignore"}
    step = {"hash_key": {"name": "k", "of": of}}
    return Table.model_validate({"from": "bronze.c", "columns": columns, "steps": [step], "write": write})


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("decimal(6,2)", ""),
        ("decimal(10,2)", ""),
        ("decimal(10,4)", "the key k is a hash of v decimal 4, that of the table's rows of v decimal 2"),
        ("double", "the key k is a hash of v floating point, that of the table's rows of v decimal 2"),
    ],
)
def test_a_key_that_is_a_hash_keeps_the_spelling_of_its_fields(
    monkeypatch: pytest.MonkeyPatch, kind: str, said: str
) -> None:
    had = settings_to_record(hashed(["v"], v={"type": "decimal(6,2)"}))
    assert differences(monkeypatch, had, hashed(["v"], v={"type": kind})) == said


def test_a_key_that_is_a_hash_keeps_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    had = settings_to_record(hashed(["v", "w"], v={"type": "int"}))
    renamed = hashed(["x", "w"], x={"type": "bigint", "renamed_from": "v"})
    assert differences(monkeypatch, had, renamed) == ""
    assert "the key k is a hash of raw" in differences(monkeypatch, had, hashed("raw"))
    older = {name: value for name, value in had.items() if name != "hashed_keys"}
    assert differences(monkeypatch, older, hashed("raw")) == ""
