"""Odd values in a file of checks are said, and end no import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lakesmith.check_imports.import_file import import_checks
from lakesmith.check_imports.source_file import read_source

SAMPLES = Path(__file__).with_name("samples")
ODD = (None, 7, "x", [], {"a": [None]})
NAMES = ("dqx_checks.yml", "soda_contract.yml", "gx_0_18.json")


def changed(value: Any, odd: Any) -> list[Any]:
    """Return the value with each part of it replaced in turn."""
    if isinstance(value, dict):
        parts = [(key, one) for key, part in value.items() for one in (odd, *changed(part, odd))]
        return [{**value, key: one} for key, one in parts]
    if isinstance(value, list):
        places = [(place, one) for place, part in enumerate(value) for one in (odd, *changed(part, odd))]
        return [[*value[:place], one, *value[place + 1 :]] for place, one in places]
    return []


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_odd_values_end_no_import(tmp_path: Path, name: str, odd: Any) -> None:
    good = read_source(SAMPLES / name).plain()
    tool = import_checks(SAMPLES / name).tool
    file = tmp_path / "odd.json"
    for document in changed(good, odd)[::7]:
        file.write_text(json.dumps(document, default=str))
        if isinstance(document, list) or {"dataset", "expectations"} & document.keys():
            assert import_checks(file, tool).tool == tool
