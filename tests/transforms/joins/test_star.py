from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.star import Dimension, join_star


def test_the_most_selective_dimension_comes_first_and_columns_keep_their_order(spark: SparkSession) -> None:
    facts = frame(spark, "a int, b int, c int", [(1, 1, 1), (1, 2, 1), (2, 1, 1), (None, 1, 1)])
    dimensions = {
        "first": Dimension(frame(spark, "a int, x string", [(1, "x1")]), ["a"], how="left"),
        "second": Dimension(frame(spark, "b int, y string", [(1, "y1"), (2, "y2")]), ["b"], how="inner", keeps=0.9),
        "third": Dimension(frame(spark, "c int, z string", [(1, "z1")]), ["c"], how="inner", keeps=0.2),
    }
    star = join_star(dimensions=dimensions)
    assert star.choice.method == "third, second, first"
    assert star.choice.estimates == {"second keeps": 0.9, "third keeps": 0.2}
    rows = facts.transform(star)
    assert rows.columns == ["a", "b", "c", "x", "y", "z"]
    assert sorted((row.x or "", row.y, row.z) for row in rows.collect()) == [
        ("", "y1", "z1"), ("", "y1", "z1"), ("x1", "y1", "z1"), ("x1", "y2", "z1"),
    ]  # fmt: skip


def test_a_share_is_from_0_to_1_and_keys_are_of_the_facts(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS355 .*half keeps 50"):
        join_star(dimensions={"half": Dimension(spark.range(1), ["id"], how="inner", keeps=50)})
    snowflake = {
        "shop": Dimension(frame(spark, "shop int, city int", []), ["shop"]),
        "city": Dimension(frame(spark, "city int, name string", []), ["city"]),
    }
    with pytest.raises(StepError, match=r"LS305 .*city"):
        frame(spark, "shop int", []).transform(join_star(dimensions=snowflake))
