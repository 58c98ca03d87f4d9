from __future__ import annotations

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.filters import filter_rows


def test_filter_drops_false_and_null(spark: SparkSession) -> None:
    df = frame(spark, "n double", [(1.0,), (-1.0,), (None,), (float("nan"),)])
    expected = frame(spark, "n double", [(1.0,), (float("nan"),)])
    assert_df_equality(df.transform(filter_rows(condition="n > 0")), expected, allow_nan_equality=True)
