from __future__ import annotations

from decimal import Decimal

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.join import join


def sides(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    lines = frame(spark, "id int, k string", [(1, "a"), (2, "b"), (3, None)])
    other = frame(spark, "k string, country string, _at int", [("a", "UK", 0), (None, "??", 0), ("z", "FR", 0)])
    return lines, other


@pytest.mark.parametrize(("how", "expected"), [
    ("left", [(1, "a", "UK"), (2, "b", None), (3, None, None)]),
    ("inner", [(1, "a", "UK")]),
])  # fmt: skip
def test_left_and_inner_take_columns(spark: SparkSession, how, expected: list) -> None:
    lines, other = sides(spark)
    joined = lines.transform(join(other=other, on=["k"], how=how)).orderBy("id")
    assert_df_equality(joined, frame(spark, "id int, k string, country string", expected))


@pytest.mark.parametrize(("how", "ids"), [("semi", [1]), ("anti", [2, 3])])
def test_semi_and_anti_take_none(spark: SparkSession, how, ids: list[int]) -> None:
    lines, other = sides(spark)
    joined = lines.transform(join(other=other, on=["k"], how=how)).orderBy("id")
    assert joined.columns == ["id", "k"]
    assert [row.id for row in joined.collect()] == ids


def test_null_safe_keys_match_null(spark: SparkSession) -> None:
    lines, other = sides(spark)
    joined = lines.transform(join(other=other, on=["k"], columns=["country"], null_safe=True)).orderBy("id")
    assert [row.country for row in joined.collect()] == ["UK", None, "??"]


def test_a_table_can_be_joined_with_itself(spark: SparkSession) -> None:
    lines, _ = sides(spark)
    other = lines.withColumnRenamed("id", "other_id")
    assert lines.transform(join(other=other, on=["k"])).filter("id = 1").first().other_id == 1


def test_columns_of_one_name_are_refused(spark: SparkSession) -> None:
    lines, other = sides(spark)
    with pytest.raises(StepError, match=r"LS307 .*: country"):
        lines.withColumnRenamed("id", "Country").transform(join(other=other, on=["k"]))


def test_a_missing_key_is_named(spark: SparkSession) -> None:
    lines, other = sides(spark)
    with pytest.raises(StepError, match=r"LS305 .*: id"):
        lines.transform(join(other=other, on=["id"]))


def test_numbers_of_different_types_match_exactly(spark: SparkSession) -> None:
    lines = frame(spark, "id int, code decimal(38,0)", [(1, Decimal(100)), (2, Decimal(99))])
    codes = frame(spark, "code decimal(10,2), name string", [(Decimal("99.50"), "half"), (Decimal("99.00"), "whole")])
    joined = lines.transform(join(other=codes, on=["code"]))
    assert [(row.id, row.name) for row in joined.orderBy("id").collect()] == [(1, None), (2, "whole")]


@pytest.mark.parametrize(("kind", "other"), [
    ("bigint", "double"), ("string", "int"), ("decimal(38,0)", "float"), ("string", "date"), ("date", "timestamp"),
])  # fmt: skip
def test_keys_of_types_that_do_not_compare_exactly_are_refused(spark: SparkSession, kind: str, other: str) -> None:
    left = frame(spark, f"k {kind}", [])
    right = frame(spark, f"k {other}, name string", [])
    with pytest.raises(StepError, match="LS325") as raised:
        left.transform(join(other=right, on=["k"], columns=["name"]))
    assert f"'k' is {kind} and {other}" in str(raised.value)


def test_whole_numbers_and_decimals_are_compared_exactly(spark: SparkSession) -> None:
    left = frame(spark, "k decimal(38,0)", [(Decimal(9007199254740993),)])
    right = frame(spark, "k bigint, name string", [(9007199254740992, "other"), (9007199254740993, "same")])
    rows = left.transform(join(other=right, on=["k"], columns=["name"])).collect()
    assert [row["name"] for row in rows] == ["same"]
