from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from lakesmith.quality.profile import profile_metrics, profile_rows, secret_columns
from lakesmith.spec.model import Column as ContractColumn
from lakesmith.spec.model import Profile
from lakesmith.testing import frame

NAN, INF = float("nan"), float("inf")
FULL = Profile(level="full")
MORNING = datetime(2010, 12, 1, 8)
DDL = (
    "i int, l bigint, d double, f float, m decimal(12,4), s string, b boolean, day date, at timestamp, "
    "ntz timestamp_ntz, bin binary, a array<int>, st struct<x:int>, ti tinyint"
)
ROWS = [
    (1, 2**40, 1.5, 0.5, Decimal("2.5000"), "b", True, date(2010, 12, 1), MORNING, MORNING,
     b"\xff", [1], (1,), 1),
    (3, None, NAN, INF, Decimal("-1.0000"), "", False, date(1969, 1, 1), datetime(1969, 1, 1), datetime(1969, 1, 1),
     b"", [], (None,), 2),
    (None,) * 14,
]  # fmt: skip


def profile_of(df: DataFrame, profile: Profile) -> dict[str, dict[str, Any]]:
    types = dict(df.dtypes)
    metrics = df.agg(F.count(F.lit(1)).alias("rows"), *profile_metrics(types, profile)).first().asDict()
    return {row["column"]: row for row in profile_rows(metrics, types, profile)}


def test_basic(spark: SparkSession) -> None:
    found = profile_of(frame(spark, DDL, ROWS), Profile())
    ranges = {name: (row["nulls"], row["min"], row["max"], row["nans"]) for name, row in found.items()}
    assert ranges == {
        "i": (1, "1", "3", None), "l": (2, str(2**40), str(2**40), None), "d": (1, "1.5", "1.5", 1),
        "f": (1, "0.5", "Infinity", 0), "m": (1, "-1.0000", "2.5000", None), "s": (1, "", "b", None),
        "b": (1, "false", "true", None), "day": (1, "1969-01-01", "2010-12-01", None),
        "at": (1, "1969-01-01 00:00:00", "2010-12-01 08:00:00", None),
        "ntz": (1, "1969-01-01 00:00:00", "2010-12-01 08:00:00", None),
        "bin": (1, None, None, None), "a": (1, None, None, None), "st": (1, None, None, None),
        "ti": (1, "1", "2", None),
    }  # fmt: skip
    assert {row["rows"] for row in found.values()} == {3}
    assert found["i"]["mean"] is found["i"]["hll"] is found["i"]["kll"] is found["i"]["top_k"] is None


def test_rows_that_are_not_of_the_table_are_not_profiled(spark: SparkSession) -> None:
    df = frame(spark, "n int, is_row boolean", [(1, True), (9, False), (None, False), (3, True)])
    types = {"n": "int"}
    measured = F.col("is_row")
    aggregates = profile_metrics(types, FULL, measured=measured)
    deleted = F.count_if(~measured).alias("deleted")
    metrics = df.agg(F.count(F.lit(1)).alias("rows"), deleted, *aggregates).first().asDict()
    (row,) = profile_rows(metrics, types, FULL)
    assert (row["rows"], row["nulls"], row["min"], row["max"], row["mean"]) == (2, 0, "1", "3", 2.0)
    assert json.loads(row["top_k"]) == [{"item": 1, "count": 1}, {"item": 3, "count": 1}]


def test_long_text_is_cut_when_reported(spark: SparkSession) -> None:
    row = profile_of(frame(spark, "s string", [("é" * 300,)]), Profile())["s"]
    assert row["max"] == "é" * 256


def test_off_measures_nothing(spark: SparkSession) -> None:
    assert profile_metrics({"i": "int"}, Profile(level="off")) == []
    assert profile_rows({"rows": 3}, {"i": "int"}, Profile(level="off")) == []


def test_moments_leave_nan_and_infinity_out(spark: SparkSession) -> None:
    rows = [(1.0,), (2.0,), (4.0,), (NAN,), (INF,), (-INF,), (None,)]
    row = profile_of(frame(spark, "n double", rows), FULL)["n"]
    assert (row["finite"], row["nans"], row["nulls"]) == (3, 1, 1)
    assert row["mean"] == pytest.approx(7 / 3)
    assert row["m2"] == pytest.approx(14 / 3)
    assert row["stddev"] == pytest.approx((7 / 3) ** 0.5)


def test_one_value_has_no_deviation(spark: SparkSession) -> None:
    row = profile_of(frame(spark, "n int", [(5,)]), FULL)["n"]
    assert (row["mean"], row["m2"], row["stddev"]) == (5.0, 0.0, None)


def test_every_type_goes_through_full_and_the_observation_of_a_write_says_the_same(spark: SparkSession) -> None:
    df = frame(spark, DDL, ROWS)
    types, observation = dict(df.dtypes), Observation("profile")
    metrics = [F.count(F.lit(1)).alias("rows"), *profile_metrics(types, FULL)]
    df.coalesce(1).observe(observation, *metrics).write.format("noop").mode("overwrite").save()
    observed, computed = observation.get, df.coalesce(1).agg(*metrics).first().asDict()
    sketches = {name for name in computed if name.endswith(("_hll", "_kll"))}
    assert {name: observed[name] for name in observed if name not in sketches} == {
        name: computed[name] for name in computed if name not in sketches
    }
    assert {name: len(observed[name] or b"") for name in sketches} == {
        name: len(computed[name] or b"") for name in sketches
    }


@pytest.mark.parametrize("rows", [[], [(None,) * 14]])
def test_nothing_is_null_and_never_throws(spark: SparkSession, rows: list) -> None:
    found = profile_of(frame(spark, DDL, rows), FULL)
    figures = ("min", "max", "mean", "m2", "stddev", "hll", "kll", "top_k")
    assert {row[figure] for row in found.values() for figure in figures} == {None}


def test_full_on_chosen_columns_only(spark: SparkSession) -> None:
    found = profile_of(frame(spark, "a int, B int", [(1, 1)]), Profile(level="full", columns=("b",)))
    assert (found["a"]["hll"] is None, found["B"]["hll"] is None) == (True, False)


def test_json_of_frequent_values(spark: SparkSession) -> None:
    rows = [("UK",)] * 3 + [("",)] * 2 + [(None,)] * 9 + [('"q"',)]
    row = profile_of(frame(spark, "c string", rows), FULL)["c"]
    assert json.loads(row["top_k"]) == [
        {"item": "UK", "count": 3},
        {"item": "", "count": 2},
        {"item": '"q"', "count": 1},
    ]


def test_of_a_sensitive_column_no_value_is_told(spark: SparkSession) -> None:
    columns = {"id": ContractColumn(type="int"), "mail": ContractColumn(type="string", sensitivity="personal")}
    df = frame(spark, "id int, mail string", [(1, "a@b.example"), (2, None)])
    metrics = profile_metrics(dict(df.dtypes), Profile(level="full"), secret_columns(columns))
    figures = df.agg(*metrics, F.count(F.lit(1)).alias("rows")).first().asDict()
    found = {row["column"]: row for row in profile_rows(figures, dict(df.dtypes), Profile(level="full"))}
    assert (found["id"]["max"], found["mail"]["nulls"]) == ("2", 1)
    assert [found["mail"][name] for name in ("min", "max", "mean", "kll", "top_k")] == [None] * 5
