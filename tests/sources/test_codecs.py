"""Text files whose codec reports no damage are parked."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("ending", ["snappy", "lz4"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_whose_decoder_reports_no_damage_is_parked(parked: Callable[..., str], ending: str, name: str) -> None:
    given = {"format": "json"} if name.endswith("jsonl") else {}
    assert f"a .{ending} file gives no sign" in parked(b"id,name\n2,b\n", f"{name}.{ending}", **given)
