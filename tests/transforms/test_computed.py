from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql.types import DataType

from lakesmith.errors import StepError
from lakesmith.spec.model import Column
from lakesmith.transforms.contract import as_declared, select_contract
from lakesmith.transforms.values.computed import OUT_OF_RANGE, computed


def typed(spark: SparkSession, kind: str, *values: str) -> list[Any]:
    """Return what the contract's type makes of values that a step computed."""
    rows = spark.sql(" UNION ALL ".join(f"SELECT {value} AS a" for value in values))
    return [row.a for row in rows.transform(select_contract({"a": Column(type=kind)})).collect()]


@pytest.mark.parametrize("value", ["3 / 2", "cast(1.5 AS float)", "cast(1.5 AS decimal(10,1))", "1e0D", "1.0BD"])
@pytest.mark.parametrize("kind", ["tinyint", "int", "bigint"])
def test_a_whole_number_takes_no_fraction(spark: SparkSession, value: str, kind: str) -> None:
    rows = spark.sql(f"SELECT {value} AS a")
    for contract in (select_contract, lambda columns: as_declared(columns, ["a"])):
        with pytest.raises(StepError, match=rf"LS303 column 'a' .* {kind} would cut .*[\s\S]*cast\(round\(x, 0\)"):
            rows.transform(contract({"a": Column(type=kind)}))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int", "cast(7 AS decimal(10,0))", 7),
        ("int", "round(cast(2.5 AS decimal(10,1)), 0)", 3),
        ("int", "cast(round(5 / 2, 0) AS bigint)", 3),
        ("int", "ceil(5 / 2)", 3),
        ("bigint", "count(*)", 1),
        ("decimal(10,0)", "5 / 2", Decimal(3)),
        ("decimal(10,2)", "1.005D", Decimal("1.01")),
        ("decimal(10,2)", "-0.125BD", Decimal("-0.13")),
        ("decimal(20,15)", "cast(0.1 AS float)", Decimal("0.1")),
        ("double", "cast(0.1 AS float)", 0.1),
        ("float", "1e-50D", 0.0),
        ("float", "double('-inf')", float("-inf")),
        ("double", "9007199254740993", 9007199254740992.0),
        ("int", "cast(NULL AS bigint)", None),
        ("decimal(8,2)", "cast(NULL AS double)", None),
        ("float", "cast(NULL AS double)", None),
    ],
)
def test_other_numbers_are_rounded_to_what_their_type_holds(
    spark: SparkSession, kind: str, value: str, expected: Any
) -> None:
    assert typed(spark, kind, value) == [expected]


@pytest.mark.parametrize("ansi", ["true", "false"])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("tinyint", "128"),
        ("int", "3000000000"),
        ("int", "3000000000BD"),
        ("bigint", "9223372036854775808BD"),
        ("decimal(4,2)", "100"),
        ("decimal(4,2)", "99.995BD"),
        ("decimal(4,2)", "1e20D"),
        ("decimal(4,2)", "cast(1e20 AS float)"),
        ("decimal(4,2)", "double('NaN')"),
        ("decimal(4,2)", "float('inf')"),
        ("float", "1e39D"),
        ("float", "-1e39D"),
    ],
)
def test_a_number_that_does_not_fit_fails_whatever_ansi_says(
    spark: SparkSession, ansi: str, kind: str, value: str
) -> None:
    session = spark.newSession() if hasattr(spark, "newSession") else spark.cloneSession()
    session.conf.set("spark.sql.ansi.enabled", ansi)
    with pytest.raises(Exception, match=rf"NUMERIC_VALUE_OUT_OF_RANGE\] The value .* does not fit {kind[:3]}"):
        typed(session, kind, value)


def test_other_types_are_cast(spark: SparkSession) -> None:
    rows = spark.sql("SELECT timestamp'2026-01-01 10:00:00' AS day")
    day = computed("day", rows.schema["day"].dataType, DataType.fromDDL("date"))
    assert rows.select(day.cast("string").alias("day")).first() == Row(day="2026-01-01")
    assert OUT_OF_RANGE.strip("[]") == "NUMERIC_VALUE_OUT_OF_RANGE"
