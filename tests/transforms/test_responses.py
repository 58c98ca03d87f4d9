"""Steps that treat bad values: what they set, what they leave, and what they refuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.statistics import Frozen, Groups, Statistic, Value
from lakesmith.testing import frame
from lakesmith.transforms.responses.cap import cap
from lakesmith.transforms.responses.fill_gaps import fill_gaps
from lakesmith.transforms.responses.forward_fill import forward_fill
from lakesmith.transforms.responses.impute import impute
from lakesmith.types import Transform

BY_SHOP = Statistic("amount", "median", by=("shop",))


def frozen(kind: str, **values: str) -> Frozen:
    found = {Statistic("v", name).key: Value(text, kind) for name, text in values.items()}
    return Frozen("silver.orders", 3, found)


def ranked(kind: str, values: dict[float, str]) -> Frozen:
    return Frozen(
        "silver.orders", 3, {Statistic("v", "quantile", rank).key: Value(text, kind) for rank, text in values.items()}
    )


def treated(df: DataFrame, step: Transform) -> DataFrame:
    """Apply a step, and show its marks as `set`."""
    result = df.transform(step)
    (marker,) = [name for name in result.columns if name.startswith("_treated_")]
    return result.withColumnRenamed(marker, "set")


def assert_treated(df: DataFrame, step: Transform, rows: Sequence[tuple[Any, ...]]) -> None:
    expected = frame(df.sparkSession, f"{ddl(df)}, set boolean", list(rows))
    assert_df_equality(
        treated(df, step), expected, ignore_nullable=True, ignore_row_order=True, allow_nan_equality=True
    )


def ddl(df: DataFrame) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in df.dtypes)


@pytest.mark.parametrize(
    ("kind", "value", "cast"),
    [
        ("int", 7, "7"),
        ("decimal(8,2)", "1.5", "1.50"),
        ("decimal(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("double", 0.1, "0.1"),
        ("string", "unknown", "unknown"),
        ("boolean", False, "false"),
        ("date", "2026-02-28", "2026-02-28"),
        ("timestamp", "2026-01-01T01:00:00+01:00", "2026-01-01 00:00:00Z"),
        ("timestamp_ntz", "2026-01-01 00:00:00.5", "2026-01-01 00:00:00.5"),
    ],
)
def test_a_constant_is_set_in_the_type_of_the_column(spark: SparkSession, kind: str, value: Any, cast: str) -> None:
    df = spark.sql(f"SELECT CAST(NULL AS {kind}) AS v")
    expected = spark.sql(f"SELECT CAST('{cast}' AS {kind}) AS v, true AS set")
    assert_df_equality(treated(df, impute(column="v", value=value)), expected, ignore_nullable=True)


def test_only_missing_values_are_imputed(spark: SparkSession) -> None:
    df = frame(spark, "v double", [(1.0,), (None,), (float("nan"),), (float("inf"),)])
    rows = [(1.0, False), (2.5, True), (2.5, True), (float("inf"), False)]
    assert_treated(df, impute(column="v", method="mean", frozen=frozen("double", mean="2.5")), rows)


@pytest.mark.parametrize(
    ("kind", "statistic", "value", "cast"),
    [
        ("int", "decimal(38,18)", "2.5000", "3"),
        ("int", "decimal(38,18)", "-2.5000", "-3"),
        ("decimal(8,2)", "decimal(38,18)", "2.345", "2.35"),
        ("decimal(38,2)", "decimal(38,2)", "123456789012345678901234567890.12", "123456789012345678901234567890.12"),
        ("float", "double", "0.1", "0.1"),
        ("date", "date", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_frozen_value_is_rounded_to_the_type_of_the_column(
    spark: SparkSession, kind: str, statistic: str, value: str, cast: str
) -> None:
    df = spark.sql(f"SELECT CAST(NULL AS {kind}) AS v")
    expected = spark.sql(f"SELECT CAST('{cast}' AS {kind}) AS v, true AS set")
    step = impute(column="v", method="mean", frozen=frozen(statistic, mean=value))
    assert_df_equality(treated(df, step), expected, ignore_nullable=True)


def test_the_value_of_the_group_is_taken_and_an_unknown_group_waits(spark: SparkSession) -> None:
    df = frame(spark, "shop string, amount int", [("a", None), ("a", 1), (None, None), ("c", None)])
    kind = "int"
    values = {("a",): Value("5", kind), (None,): Value("6", kind)}
    known = Frozen("silver.orders", 3, groups={BY_SHOP.key: Groups(("string",), values)})
    step = impute(column="amount", method="median", by=["shop"], frozen=known)
    assert_treated(df, step, [("a", 5, True), ("a", 1, False), (None, 6, True), ("c", None, False)])


def test_two_steps_share_marks_and_flag(spark: SparkSession) -> None:
    df = frame(spark, "v int", [(-1,), (None,), (3,)])

    def both(rows: DataFrame) -> DataFrame:
        first = rows.transform(impute(column="v", value=1, flag="fixed"))
        return first.transform(cap(column="v", lower=0, flag="fixed"))

    result = df.transform(both).select("v", "fixed")
    assert_df_equality(
        result, frame(spark, "v int, fixed boolean", [(0, True), (1, True), (3, False)]), ignore_nullable=True
    )


def test_a_delete_stays_as_it_is(spark: SparkSession) -> None:
    df = frame(spark, "v int, _deleted boolean", [(None, True), (None, False), (None, None)])
    rows = [(None, True, False), (0, False, True), (0, None, True)]
    assert_treated(df, impute(column="v", value=0), rows)


def test_a_row_that_goes_to_the_quarantine_stays_as_it_is(spark: SparkSession) -> None:
    df = frame(spark, "v int, _unfit array<string>", [(None, ["v_cast v"]), (None, None)])
    assert_treated(df, impute(column="v", value=0), [(None, ["v_cast v"], False), (0, None, True)])


@pytest.mark.parametrize(
    ("kind", "values", "capped"),
    [
        ("int", ["-5", "0", "7", "99", None], [("0", True), ("0", False), ("7", False), ("10", True), (None, False)]),
        ("double", ["NaN", "Infinity", "-Infinity", "5"], [("NaN", False), ("10", True), ("0", True), ("5", False)]),
        ("decimal(38,0)", ["99999999999999999999999999999999999999"], [("10", True)]),
    ],
)
def test_values_beyond_the_limits_are_set_to_them(
    spark: SparkSession, kind: str, values: list[str | None], capped: list[tuple[str | None, bool]]
) -> None:
    df = frame(spark, "t string", [(one,) for one in values]).selectExpr(f"CAST(t AS {kind}) AS v")
    texts = frame(spark, "t string, set boolean", list(capped))
    expected = texts.selectExpr(f"CAST(t AS {kind}) AS v", "set")
    step = cap(column="v", lower=0, upper=10)
    assert_df_equality(treated(df, step), expected, ignore_nullable=True, allow_nan_equality=True)


def test_limits_come_from_frozen_quantiles(spark: SparkSession) -> None:
    df = spark.sql("SELECT * FROM VALUES (date'2000-01-01'), (date'2026-01-01') AS t(v)")
    known = ranked("date", {0.01: "2025-01-01", 0.99: "2026-06-30"})
    step = cap(column="v", lower={"quantile": 0.01}, upper={"quantile": 0.99}, frozen=known)
    assert [tuple(map(str, row)) for row in treated(df, step).collect()] == [
        ("2025-01-01", "True"),
        ("2026-01-01", "False"),
    ]


@pytest.mark.parametrize(
    ("limit", "known", "expected"),
    [
        ({"zscore": 3}, {"mean": "2.0", "stddev": "0.5"}, [1, 1, 3, 3]),
        ({"iqr": 1.5}, {}, [0, 1, 5, 5]),
    ],
)
def test_fences_are_rounded_inwards(
    spark: SparkSession, limit: dict[str, float], known: dict[str, str], expected: list[int]
) -> None:
    fences = frozen("double", **known)
    quartiles = ranked("decimal(8,2)", {0.25: "2", 0.75: "3.5"}).values
    df = frame(spark, "v int", [(-9,), (1,), (9,), (8,)])
    both = Frozen("silver.orders", 1, {**fences.values, **quartiles})
    result = treated(df, cap(column="v", lower=limit, upper=limit, frozen=both))
    assert [row.v for row in result.collect()] == expected


@pytest.mark.parametrize(
    ("step", "kind", "code"),
    [
        (impute(column="v", value=1.5), "int", "LS333 step 'impute' cannot set 'v': 1.5 is not a int"),
        (impute(column="v", value=300), "tinyint", "LS333"),
        (impute(column="v", value="x"), "date", "LS333"),
        (impute(column="v", value=1), "array<int>", "LS333 column 'v' is array<int>"),
        (impute(column="v", value=1), "struct<a:int>", "LS333"),
        (impute(column="w", value=1), "int", "LS305"),
        (impute(column="v", value=1, flag="other"), "int", "LS307 the flag 'other' is a column of type string"),
        (impute(column="v", method="mode", frozen=frozen("string", mode="a")), "int", "LS333 the frozen value is string"),
        (impute(column="v", method="mean", frozen=frozen("double", mean="1e9")), "smallint", "LS333 .* does not fit smallint"),
        (cap(column="v", lower=5, upper=1), "int", "LS334 the lower limit 5 of 'v' is above the upper one 1"),
        (cap(column="v", lower="a"), "string", "LS333 column 'v' is string"),
        (cap(column="v", lower=0), "map<string,int>", "LS333"),
        (forward_fill(column="v", order_by=["other"], by=[]), "map<string,int>", "LS333"),
        (fill_gaps(column="v", every="1 day", by=[]), "int", "LS333 column 'v' is int, which has no points"),
        (fill_gaps(column="v", every="1 hour", by=[]), "date", "LS333"),
        (fill_gaps(column="v", every="1 day", by=[], values={"other": 5}), "date", "LS333 step 'fill_gaps' cannot set"),
    ],
)  # fmt: skip
def test_what_a_step_refuses(spark: SparkSession, step: Transform, kind: str, code: str) -> None:
    df = spark.sql(f"SELECT CAST(NULL AS {kind}) AS v, 'x' AS other")
    with pytest.raises(StepError, match=code):
        df.transform(step)


def test_a_step_without_its_statistics_says_what_to_run() -> None:
    with pytest.raises(StepError, match=r"LS331 (.|\n)*quality freeze silver.orders"):
        impute(column="v", method="median", reference="silver.orders")
    with pytest.raises(StepError, match=r"LS332 .*quantile 0.99 of 'v', which version 3"):
        cap(column="v", upper={"quantile": 0.99}, frozen=frozen("int", median="1"))


def test_forward_fill_takes_the_last_known_value_of_the_group(spark: SparkSession) -> None:
    rows = [
        ("a", 1, None),
        ("a", 2, 5),
        ("a", 3, None),
        ("a", 4, None),
        ("b", 4, None),
        ("a", None, None),
        ("a", None, 9),
    ]
    df = frame(spark, "shop string, at int, v int", rows)
    filled = {("a", 3): 5, ("a", 4): 5}
    expected = [(shop, at, filled.get((shop, at), v), (shop, at) in filled) for shop, at, v in rows]
    assert_treated(df, forward_fill(column="v", order_by=["at"], by=["shop"]), expected)


def test_forward_fill_knows_no_order_of_the_input(spark: SparkSession) -> None:
    rows = [(1, 3), (1, 8), (1, None), (2, None)]
    for order in (rows, rows[::-1]):
        df = frame(spark, "at int, v int", order).repartition(3)
        assert_treated(
            df,
            forward_fill(column="v", order_by=["at"], by=[]),
            [(1, 3, False), (1, 8, False), (1, 8, True), (2, 8, True)],
        )


def test_gaps_are_filled_within_each_group(spark: SparkSession) -> None:
    rows = [
        ("a", "2026-01-01", 1),
        ("a", "2026-01-04", 2),
        ("a", "2026-01-04", 3),
        ("b", "2026-01-09", 4),
        ("b", None, 5),
    ]
    df = frame(spark, "shop string, day string, v int", rows).selectExpr("shop", "CAST(day AS date) AS day", "v")
    dense = treated(df, fill_gaps(column="day", every="1 day", by=["shop"], values={"v": 0}))
    assert [kind for _, kind in dense.dtypes] == ["string", "date", "int", "boolean"]
    found = [(row.shop, str(row.day), row.v, row.set) for row in dense.collect()]
    added = [("a", "2026-01-02", 0, True), ("a", "2026-01-03", 0, True)]
    assert sorted(found, key=str) == sorted([*[(a, str(b), c, False) for a, b, c in rows], *added], key=str)


def test_gaps_of_months_and_of_wall_clocks(spark: SparkSession) -> None:
    months = spark.sql(
        "SELECT * FROM VALUES (timestamp_ntz'2026-01-31 00:00:00'), (timestamp_ntz'2026-04-30 00:00:00') AS t(at)"
    )
    dense = treated(months, fill_gaps(column="at", every="1 month", by=[], flag="added"))
    assert sorted((str(row.at)[:10], row.added) for row in dense.collect()) == [
        ("2026-01-31", False), ("2026-02-28", True), ("2026-03-31", True), ("2026-04-30", False),
    ]  # fmt: skip


def test_too_many_points_end_the_batch(spark: SparkSession) -> None:
    df = spark.sql("SELECT * FROM VALUES (timestamp'0001-01-01 00:00:00'), (timestamp'2026-01-01 00:00:00') AS t(at)")
    with pytest.raises(Exception, match="LS335 between two rows are more than 1000000 points"):
        df.transform(fill_gaps(column="at", every="1 minute", by=[])).collect()


def test_an_empty_frame_stays_empty(spark: SparkSession) -> None:
    df = frame(spark, "day date, v int", [])
    for step in (
        impute(column="v", value=0),
        cap(column="v", lower=0),
        forward_fill(column="v", order_by=["day"], by=[]),
        fill_gaps(column="day", every="1 day", by=[]),
    ):
        assert df.transform(step).collect() == []
