"""What is frozen of a column of each type, exactly and as text that a cast gives back."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakesmith.freezing.measure import measure_all, measure_groups
from lakesmith.spec.step_kinds.statistics import Statistic

WIDE = "12345678901234567890123456789012345.67"


def measured(spark: SparkSession, kind: str, *values: str | None) -> dict[str, str]:
    """Return the statistics of values of a type; of the quantiles the least and the greatest."""
    texts = ", ".join("(NULL)" if value is None else f"('{value}')" for value in values)
    rows = spark.sql(f"SELECT CAST(t AS {kind}) AS v FROM VALUES {texts} AS x(t)")
    _, found = measure_all(rows, {"v": kind})
    named = {row["statistic"] + (row["params"] or ""): row["value"] for row in found}
    return {
        name.replace('quantile{"rank": 0.0}', "least").replace('quantile{"rank": 1.0}', "most"): value
        for name, value in named.items()
        if "quantile" not in name or "0.0}" in name or "1.0}" in name
    }


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("int", ["1", "2", "2", "9"], {"mean": "3.5000", "median": "2", "mode": "2", "least": "1", "most": "9"}),
        ("bigint", ["9007199254740993"], {"mean": "9007199254740993.0000", "median": "9007199254740993"}),
        ("decimal(8,2)", ["0.10", "0.20", None], {"mean": "0.150000", "median": "0.10", "most": "0.20"}),
        ("decimal(18,18)", ["0.123456789012345678"], {"median": "0.123456789012345678"}),
        ("decimal(38,2)", [WIDE, WIDE], {"mode": WIDE}),
        ("double", ["NaN", "Infinity", "1.5", "1.5"], {"mean": "1.5", "median": "1.5", "mode": "1.5", "stddev": "0.0"}),
        ("float", ["0.1"], {"median": "0.1", "mode": "0.1"}),
        ("date", ["2024-02-29", "1969-12-31"], {"median": "1969-12-31", "most": "2024-02-29"}),
        ("timestamp", ["2026-01-01 00:00:00.000001Z"], {"median": "2026-01-01 00:00:00.000001Z"}),
        ("timestamp_ntz", ["2026-03-29 02:30:00"], {"median": "2026-03-29 02:30:00", "mode": "2026-03-29 02:30:00"}),
        ("string", ["", "", "b", None], {"mode": ""}),
        ("string", ["b", "a"], {"mode": "a"}),
        ("boolean", ["true", "false", "true"], {"mode": "true"}),
    ],
)
def test_statistics_of_each_type(spark: SparkSession, kind: str, values: list[str], expected: dict[str, str]) -> None:
    found = measured(spark, kind, *values)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("kind", ["int", "double", "decimal(38,2)", "string", "date", "timestamp"])
def test_a_column_without_values_has_no_statistics(spark: SparkSession, kind: str) -> None:
    assert measured(spark, kind, None, None) == {}


def test_one_row_has_no_deviation_and_itself_as_every_quantile(spark: SparkSession) -> None:
    assert measured(spark, "int", "4") == {
        "mean": "4.0000", "stddev": "0.0", "median": "4", "mode": "4", "least": "4", "most": "4",
    }  # fmt: skip


def test_a_sum_that_overflows_gives_no_mean(spark: SparkSession) -> None:
    found = measured(spark, "decimal(38,0)", "9" * 38, "9" * 38)
    assert "mean" not in found
    assert found["mode"] == "9" * 38


def test_a_sum_of_doubles_that_is_too_great_gives_no_mean(spark: SparkSession) -> None:
    assert "mean" not in measured(spark, "double", "1.7e308", "1.7e308")


def test_text_and_dates_have_no_mean(spark: SparkSession) -> None:
    assert set(measured(spark, "string", "a")) == {"mode"}
    assert "mean" not in measured(spark, "date", "2026-01-01")


def test_an_empty_table_has_nothing(spark: SparkSession) -> None:
    assert measure_all(spark.createDataFrame([], "v int"), {"v": "int"}) == (0, [])


def test_groups_are_measured_up_to_a_bound(spark: SparkSession) -> None:
    rows = spark.sql("SELECT * FROM VALUES (date'2026-01-01', 1.50BD), (NULL, 2.50BD), (NULL, 3.50BD) AS t(day, v)")
    types = {"day": "date", "v": "decimal(3,2)"}
    median = Statistic("v", "median", by=("day",))
    found = measure_groups(rows, median, types, 2) or []
    assert sorted((row["value"], row["params"]) for row in found) == [
        ("1.50", '{"by": ["day"], "types": ["date"], "group": ["2026-01-01"]}'),
        ("2.50", '{"by": ["day"], "types": ["date"], "group": [null]}'),
    ]
    assert measure_groups(rows, median, types, 1) is None
