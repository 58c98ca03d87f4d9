"""Numbers that need more than 38 digits together are compared exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.quality.values.exact_bounds import is_greater, is_less, is_one_of
from lakesmith.transforms.values.exact_compare import exact_sides
from tests.quality.test_more_row_checks import failing

LONG = Decimal("0.123456789012345679")
TINY = Decimal(1).scaleb(-38)


@pytest.mark.parametrize(
    ("kind", "value", "check"),
    [
        ("decimal(38,0)", Decimal(100), {"check": "between", "max": "99.5"}),
        ("decimal(38,0)", Decimal(100), {"check": "between", "min": "100.4"}),
        ("decimal(38,0)", Decimal(100), {"check": "in_set", "values": ["99.5"]}),
        ("decimal(38,2)", Decimal("0.01"), {"check": "between", "max": "0.005"}),
        ("decimal(38,2)", Decimal("0.01"), {"check": "between", "min": "0.0149"}),
        ("decimal(38,18)", LONG, {"check": "between", "max": "0.1234567890123456789"}),
        ("decimal(38,38)", TINY, {"check": "between", "max": 0}),
        ("decimal(38,38)", TINY, {"check": "in_set", "values": [0]}),
        ("decimal(38,38)", TINY, {"check": "between", "min": 5}),
        ("bigint", 1, {"check": "in_set", "values": ["1.0000000000000000000000001"]}),
        ("bigint", 2**63 - 1, {"check": "in_set", "values": ["9223372036854775808"]}),
        ("bigint", -(2**63), {"check": "between", "min": "-9223372036854775807.5"}),
        ("int", 7, {"check": "between", "min": 3_000_000_000}),
    ],
)
def test_a_bound_is_not_rounded(spark: SparkSession, kind: str, value: Any, check: dict[str, Any]) -> None:
    assert failing(spark, f"v {kind}", [value], column="v", **check) == [value]


@pytest.mark.parametrize(
    ("kind", "value", "check"),
    [
        ("decimal(38,0)", Decimal(100), {"check": "not_in_set", "values": ["99.5"]}),
        ("decimal(38,0)", Decimal(100), {"check": "between", "min": "99.5", "max": "100.4"}),
        ("decimal(38,38)", TINY, {"check": "between", "min": 0, "max": 5}),
        ("decimal(4,2)", Decimal("99.99"), {"check": "between", "min": "-1e30", "max": "1e30"}),
        ("tinyint", 127, {"check": "in_set", "values": [128, 127]}),
        ("tinyint", 127, {"check": "between", "min": -129, "max": 128}),
        ("int", 7, {"check": "between", "min": -3_000_000_000, "max": 3_000_000_000}),
        ("int", 7, {"check": "not_in_set", "values": [3_000_000_000]}),
        ("bigint", 2**63 - 1, {"check": "between", "min": "-1e19", "max": "1e19"}),
        ("bigint", -(2**63), {"check": "between", "min": -(2**63), "max": 2**63 - 1}),
    ],
)
def test_a_value_within_its_bounds_passes(spark: SparkSession, kind: str, value: Any, check: dict[str, Any]) -> None:
    assert failing(spark, f"v {kind}", [value], column="v", **check) == []


@pytest.mark.parametrize("operator", ["=", "<=", "<"])
def test_two_columns_are_not_rounded(spark: SparkSession, operator: str) -> None:
    rows = [(Decimal(100), Decimal("99.50"))]
    schema = "v decimal(38,0), w decimal(10,2)"
    assert failing(spark, schema, rows, check="compare", column="v", operator=operator, other="w") == [100]


def test_a_null_is_neither_less_nor_greater(spark: SparkSession) -> None:
    df = spark.sql("SELECT CAST(NULL AS decimal(38,38)) AS v")
    kind = "decimal(38,38)"
    row = df.select(
        is_less(F.col("v"), 5, kind), is_greater(F.col("v"), -5, kind), is_one_of(F.col("v"), [7], kind)
    ).first()
    assert row is not None and tuple(row) == (None, None, None)


KINDS = [(38, 0), (38, 18), (38, 37), (38, 38), (20, 10), (5, 2)]


BITS = {"tinyint": 7, "smallint": 15, "int": 31, "bigint": 63}


@st.composite
def whole_numbers(draw: st.DrawFn) -> tuple[str, Decimal]:
    kind = draw(st.sampled_from(sorted(BITS)))
    edge = 2 ** BITS[kind]
    number = draw(st.sampled_from([-edge, -1, 0, 1, edge - 1]) | st.integers(-edge, edge - 1))
    return kind, Decimal(number)


@st.composite
def decimals(draw: st.DrawFn) -> tuple[str, Decimal]:
    precision, scale = draw(st.sampled_from(KINDS))
    near = st.integers(-3, 3).map(lambda step: step * 10**scale + draw(st.integers(-1, 1)))
    digits = draw(near | st.integers(1 - 10**precision, 10**precision - 1))
    held = max(min(digits, 10**precision - 1), 1 - 10**precision)
    sign = (int(held < 0), tuple(map(int, str(abs(held)))), -scale)
    return f"decimal({precision},{scale})", Decimal(sign)


NUMBERS = decimals() | whole_numbers()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=8, max_size=8))
def test_any_two_numbers_compare_as_in_python(
    spark: SparkSession, pairs: list[tuple[tuple[str, Decimal], tuple[str, Decimal]]]
) -> None:
    found = []
    for (left_kind, left), (right_kind, right) in pairs:
        first = F.lit(f"{left:f}").cast(left_kind)
        second = F.lit(f"{right:f}").cast(right_kind)
        a, b = exact_sides(first, second, left_kind, right_kind)
        found += [a < b, a == b, is_less(first, f"{right:f}", left_kind), is_greater(first, f"{right:f}", left_kind)]
    row = spark.range(1).select(*found).first()
    expected = [
        answer
        for (_, left), (_, right) in pairs
        for answer in (left < right, left == right, left < right, left > right)
    ]
    assert row is not None and list(row) == expected
