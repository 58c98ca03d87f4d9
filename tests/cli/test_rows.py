from __future__ import annotations

from datetime import date, datetime

from pyspark.sql import SparkSession

from lakesmith.cli.json_output import plain
from lakesmith.cli.rows import first_rows


def test_years_beyond_python_are_text(spark: SparkSession) -> None:
    df = spark.sql(
        "SELECT DATE'+10000-01-01' AS d, TIMESTAMP'+45352-01-01 00:00:00.5' AS t, TIMESTAMP_NTZ'0000-01-01' AS n, "
        "array(DATE'0000-12-31') AS a, map('k', TIMESTAMP'-0044-03-15') AS m, "
        "named_struct('at', TIMESTAMP'+10000-01-01', 'n', 1) AS s"
    )
    (row,) = first_rows(df, 5)
    assert plain(row) == {
        "d": "+10000-01-01",
        "t": "+45352-01-01 00:00:00.5",
        "n": "0000-01-01 00:00:00",
        "a": ["0000-12-31"],
        "m": {"k": "-0044-03-15 00:00:00"},
        "s": {"at": "+10000-01-01 00:00:00", "n": 1},
    }


def test_all_other_values_are_as_python_has_them(spark: SparkSession) -> None:
    df = spark.sql(
        "SELECT DATE'0001-01-01' AS d, TIMESTAMP'9999-12-31 23:59:59.999999' AS t, "
        "TIMESTAMP_NTZ'2024-03-01 09:30:15.5' AS n, "
        "array(DATE'2024-03-01', NULL) AS a, CAST(NULL AS timestamp) AS x, 1.50BD AS money, 'text' AS s, X'01' AS b"
    )
    (row,) = first_rows(df, 5)
    assert row == df.first().asDict() | {"t": datetime(9999, 12, 31, 23, 59, 59, 999999)}
    assert row["d"] == date(1, 1, 1)
