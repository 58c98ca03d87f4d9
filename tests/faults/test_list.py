"""The list of faults names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_test_that_the_list_names_is_there() -> None:
    named = re.findall(r"\[`(test_\w+)`\]\(([^)]+)\)", (HERE / "README.md").read_text(encoding="utf-8"))
    missing = [name for name, file in named if f"\ndef {name}(" not in (HERE / file).read_text(encoding="utf-8")]
    assert (len(named) > 50, missing) == (True, [])


def test_every_fault_of_the_notes_is_on_the_list() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^\| (\d[\d, -]*) \|", text, re.MULTILINE)
    spans = [span.split("-") for cell in numbers for span in cell.split(", ")]
    found = {number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)}
    assert {*range(1, 36), *range(44, 70)} <= found
