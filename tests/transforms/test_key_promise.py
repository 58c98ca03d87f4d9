from __future__ import annotations

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

from lakesmith.testing import frame
from lakesmith.transforms.keys.key_promise import broken_after, broken_in, differing, fail_where_broken

DDL = "id int, day int, month int, is_delete boolean"


def test_the_message_names_the_key_and_both_values(spark: SparkSession) -> None:
    df = frame(spark, DDL, [(1, 5, 1, False), (1, 5, 2, False)])
    row = df.groupBy("id").agg(broken_in(["id"], ["day", "month"]).alias("broken")).first()
    assert row is not None
    assert row.broken == '{"id":1,"one":{"day":5,"month":1},"other":{"day":5,"month":2}}'


def test_null_breaks_no_promise(spark: SparkSession) -> None:
    df = frame(spark, DDL, [(1, None, 1, True), (1, 5, 1, False), (1, None, 1, True)])
    ordered = Window.partitionBy("id").orderBy("is_delete")
    marked = df.withColumn("broken", broken_after(["id"], ["day"], ordered))
    assert marked.filter("broken IS NOT NULL").count() == 0


@pytest.mark.parametrize(
    ("new", "stored", "differs"),
    [
        ((1, 5, 1, False), (1, 6, 1, False), True),
        ((1, 5, 1, False), (1, None, 1, False), False),
        ((1, None, 1, True), (1, 6, 1, False), False),
        ((1, None, 1, False), (1, 6, 1, False), True),
        ((1, 5, 1, True), (1, 6, 1, False), True),
    ],
)
def test_only_a_delete_may_leave_an_implied_value_out(spark: SparkSession, new, stored, differs: bool) -> None:
    batch, table = frame(spark, DDL, [new]).alias("b"), frame(spark, DDL, [stored]).alias("t")
    condition = differing(["day", "month"], "b", "t", F.col("b.is_delete"))
    assert batch.join(table, F.col("b.id") == F.col("t.id")).filter(condition).count() == int(differs)


def test_a_broken_promise_fails_the_query(spark: SparkSession) -> None:
    with pytest.raises(PySparkException, match="LAKESMITH_BROKEN_PROMISE two days"):
        spark.range(1).filter(fail_where_broken(F.lit("two days"))).collect()
