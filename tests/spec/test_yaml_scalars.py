from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lakesmith.spec.yaml.scalars import plain_value, twist


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("yes", "true"),
        ("NO", "false"),
        ("On", "true"),
        ("off", "false"),
        ("y", "true"),
        ("N", "false"),
        ("True", "true"),
        ("FALSE", "false"),
        ("~", "null"),
        ("NULL", "null"),
        ("12:30", "the number 750 (base 60)"),
        ("-1:30", "the number -90 (base 60)"),
        ("190:20:30.15", "the number 685230 (base 60)"),
        ("010", "the octal number 8"),
        ("08", "a number or text"),
        ("0o17", "the number 15"),
        ("0x1F", "the number 31"),
        ("0b11", "the number 3"),
        ("1e3", "the number 1000"),
        ("1.5E-2", "the number 0.015"),
        ("1_000", "the number 1000"),
        ("+5", "the number 5"),
        (".5", "the number 0.5"),
        ("1.", "the number 1"),
        (".inf", "infinity"),
        ("-.INF", "infinity"),
        (".NaN", "not-a-number"),
        ("2024-01-31", "a date or timestamp"),
        ("2024-01-31 10:00:00", "a date or timestamp"),
        ("2024-01-31T10:00:00Z", "a date or timestamp"),
        ("1" * 41, "a number of more than 40 digits"),
        ("12345678901234567.89", "the number 1.2345678901234568e+16"),
        ("-0.123456789012345678", "the number -0.12345678901234568"),
        ("1e400", "the number inf"),
        ("1e-400", "the number 0"),
    ],
)
def test_ambiguous_text_is_described(text: str, reading: str) -> None:
    assert twist(text) == reading


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("0.5", 0.5),
        ("-10.25", -10.25),
        ("0.10", 0.1),
        ("9007199254740992.0", 9007199254740992.0),
        ("12345678901234567890123456789012345678", 12345678901234567890123456789012345678),
        ("GB", "GB"),
        (".", "."),
        ("./warehouse", "./warehouse"),
        ("1.2.3", "1.2.3"),
        ("12:75", "12:75"),
        ("nan", "nan"),
        ("e3", "e3"),
        ("silver.orders", "silver.orders"),
    ],
)
def test_plain_text_is_taken_as_it_looks(text: str, value: Any) -> None:
    assert twist(text) == ""
    assert plain_value(text) == value
    assert type(plain_value(text)) is type(value)


@given(st.text("0123456789+-._:eExobTnNyYaAfF~ ", min_size=1, max_size=12))
def test_what_passes_means_the_same_to_pyyaml(text: str) -> None:
    try:
        theirs = yaml.safe_load(f"[{text}]")
    except (yaml.YAMLError, ValueError):
        return
    is_one_scalar = isinstance(theirs, list) and len(theirs) == 1 and not isinstance(theirs[0], (dict, list))
    if is_one_scalar and not twist(text.strip()) and theirs[0] is not None:
        ours = plain_value(text.strip())
        assert (type(ours), ours) == (type(theirs[0]), theirs[0])


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=20))
def test_a_decimal_that_passes_is_the_one_that_is_written(number: Decimal) -> None:
    text = f"{number:f}"
    assert Decimal(str(plain_value(text))) == number
    assert bool(twist(text)) == isinstance(plain_value(text), str)
