from __future__ import annotations

from decimal import Decimal

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.column_refs import named
from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.columns import cast, drop, rename, select, with_columns


def test_rename(spark: SparkSession) -> None:
    df = frame(spark, "a int, b int", [(1, None)])
    assert_df_equality(df.transform(rename(columns={"a": "b", "b": "a"})), frame(spark, "b int, a int", [(1, None)]))


def test_rename_refuses_twins(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS307 .*: b"):
        frame(spark, "a int, B int", [(1, 2)]).transform(rename(columns={"a": "b"}))


def test_select_keeps_technical_columns(spark: SparkSession) -> None:
    df = frame(spark, "a int, b int, _raw string", [(1, 2, "r")])
    assert_df_equality(df.transform(select(columns=["b"])), frame(spark, "b int, _raw string", [(2, "r")]))


def test_drop(spark: SparkSession) -> None:
    df = frame(spark, "a int, b int", [(1, 2)])
    assert_df_equality(df.transform(drop(columns=["B"])), frame(spark, "a int", [(1,)]))


def test_with_columns_sees_the_columns_as_they_were(spark: SparkSession) -> None:
    df = frame(spark, "a int, b int", [(1, 2), (None, 2)])
    swapped = df.transform(with_columns(columns={"a": "b", "b": "a"}))
    assert_df_equality(swapped, frame(spark, "a int, b int", [(2, 1), (2, None)]))


def test_cast_gives_null_for_what_does_not_fit(spark: SparkSession) -> None:
    df = frame(spark, "p string, n double", [("1.25", 2.0), ("1.255", 2.5), ("", None)])
    expected = frame(spark, "p decimal(8,2), n int", [(Decimal("1.25"), 2), (None, None), (None, None)])
    assert_df_equality(df.transform(cast(columns={"p": "decimal(8,2)", "n": "int"})), expected)


@pytest.mark.parametrize("step", [
    rename(columns={"x": "y"}), select(columns=["x"]), drop(columns=["x"]), cast(columns={"x": "int"})
])  # fmt: skip
def test_a_missing_column_is_named(spark: SparkSession, step) -> None:
    with pytest.raises(StepError, match=r"LS305 .*not there: x"):
        frame(spark, "a int", [(1,)]).transform(step)


def test_named_takes_a_name_as_it_is(spark: SparkSession) -> None:
    df = frame(spark, "`a.b` int, `c``d` int", [(1, 2)])
    assert tuple(df.select(named("a.b"), named("c`d")).first()) == (1, 2)
