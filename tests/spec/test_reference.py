from __future__ import annotations

import re

import pytest

from lakesmith.spec.kinds import all_kinds
from lakesmith.spec.reference import spec_reference, type_text


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "maxLength": 1}, "one character"),
        ({"type": "string", "pattern": "^[0-9]+[smhd]$"}, "duration, such as `14d`"),
        ({"type": "string", "pattern": "^x$"}, "text like `^x$`"),
        ({"type": "number", "minimum": 0, "maximum": 1}, "number, at least 0, at most 1"),
        ({"type": "integer", "exclusiveMinimum": 0}, "whole number, above 0"),
        ({"const": 1}, "`1`"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"oneOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]}, "[A](#a) or [B](#b)"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map of text"),
        ({"type": "object", "patternProperties": {"^a$": {"type": "integer"}}}, "map of whole number"),
        ({"type": "object", "additionalProperties": False}, "map"),
        ({}, "any value"),
    ],
)
def test_a_type_is_written_in_words(schema: dict[str, object], text: str) -> None:
    assert type_text(schema) == text


def test_each_link_leads_to_a_heading() -> None:
    page = spec_reference()
    headings = {line.lstrip("# ").lower() for line in page.splitlines() if line.startswith("#")}
    assert {anchor for anchor in re.findall(r"\]\(#([^)]+)\)", page)} - headings == set()


def test_each_kind_has_a_heading() -> None:
    page = spec_reference()
    assert [kind.noun for kind in all_kinds() if f"\n## {kind.noun.capitalize()}\n" not in page] == []


def test_each_key_is_described() -> None:
    rows = [line for line in spec_reference().splitlines() if line.startswith("| `")]
    # A key with one value, such as `check` of a check, needs no description.
    constant = re.compile(r"\| `\w+` \| `\w+` \| required \|  \|")
    assert [row for row in rows if row.endswith("|  |") and not constant.fullmatch(row)] == []
