from __future__ import annotations

from decimal import Decimal

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.aggregate import aggregate


def test_groups_are_null_safe_and_only_count_is_zero_of_nothing(spark: SparkSession) -> None:
    rows = [("UK", Decimal("1.10"), 1), ("UK", Decimal("2.20"), None), (None, None, None), (None, None, None)]
    df = frame(spark, "c string, price decimal(8,2), customer int", rows)
    measures = {"total": "sum(price)", "customers": "count(distinct customer)", "lines": "count(*)"}
    summed = df.transform(aggregate(by=["c"], measures=measures)).orderBy("c")
    expected = [(None, None, 0, 2), ("UK", Decimal("3.30"), 1, 2)]
    ddl = "c string, total decimal(18,2), customers bigint, lines bigint"
    assert_df_equality(summed, frame(spark, ddl, expected), ignore_nullable=True)


def test_no_rows_no_groups(spark: SparkSession) -> None:
    df = frame(spark, "c string", [])
    assert df.transform(aggregate(by=["c"], measures={"n": "count(*)"})).collect() == []
