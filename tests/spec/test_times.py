"""Times of text."""

from __future__ import annotations

import re

import pytest

from lakesmith.spec.values.times import INSTANT, read_instant


@pytest.mark.parametrize("offset", ["+05:3", "+5:3", "+130", "+00:3", "+01:003", "+1:0", "+01300"])
def test_an_offset_that_was_cut_off_is_none(offset: str) -> None:
    text = f"2024-03-01T00:15:00{offset}"
    assert not re.search(INSTANT, text)
    with pytest.raises(ValueError):
        read_instant(text)


@pytest.mark.parametrize("offset", ["+05:30", "+0530", "+5:30", "UTC+05:30", "+05:30:00"])
def test_an_offset_of_hours_and_minutes_is_read(offset: str) -> None:
    text = f"1970-01-01T05:30:00{offset}"
    assert re.search(INSTANT, text)
    assert read_instant(text) == 0
