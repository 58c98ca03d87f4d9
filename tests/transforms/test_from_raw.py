"""What the quarantine keeps of a row gives the same row again, or it is said why not."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.quality.raw import raw_text
from lakesmith.testing import frame
from lakesmith.transforms.from_raw import from_raw, opaque_columns, problems_of

ODD_ROWS = """
    SELECT 'a"b\\\\c\\n' AS text, 9223372036854775807L AS n, 0.1D AS d, CAST('NaN' AS DOUBLE) AS nan,
           CAST('-Infinity' AS FLOAT) AS low, -0.0D AS zero, 12345678901234567890.12BD AS amount,
           TIMESTAMP'2024-03-01 10:00:00.123456' AS at, TIMESTAMP_NTZ'0001-01-01 00:00:00' AS ntz,
           DATE'1582-10-10' AS day, X'00FF' AS bytes, true AS flag, array(1, NULL) AS list,
           map('k', 1.5D) AS pairs, named_struct('x', 'y', 'z', CAST(NULL AS INT)) AS nested
    UNION ALL SELECT '', NULL, 1e300, 0D, 0, 0, NULL, NULL, NULL, NULL, X'', NULL, array(), NULL, NULL
"""


def stored(rows: DataFrame, patch: str | None = None) -> DataFrame:
    kept = rows.transform(raw_text)
    return kept.select(F.lit("d1").alias("_row_digest"), "_raw", F.lit(patch).alias("_patch"))


def test_rows_of_any_type_come_back_as_they_were(spark: SparkSession) -> None:
    rows = spark.sql(ODD_ROWS)
    again = stored(rows).transform(from_raw(rows.schema)).drop("_raw")
    assert again.columns == rows.columns
    assert sorted(map(str, again.collect())) == sorted(map(str, rows.collect()))
    assert stored(rows).transform(problems_of(rows.schema)).filter("problem IS NOT NULL").count() == 0


def test_the_raw_struct_has_the_fields_of_the_input_and_the_name_of_the_row(spark: SparkSession) -> None:
    rows = frame(spark, "Id string, Qty string", [("7", "six")])
    again = stored(rows, '{"Qty":"6"}').transform(from_raw(rows.schema))
    assert again.select("Qty", "_raw.Qty", "_raw._row_digest").collect() == [("6", "6", "d1")]


def test_a_number_is_corrected_as_text_and_as_a_number(spark: SparkSession) -> None:
    kind = StructType.fromDDL("d DOUBLE, n DECIMAL(30,2)")
    rows = frame(spark, "_row_digest string, _raw string, _patch string", [
        ("r1", '{"d":1.5,"n":1.00}', '{"d":"0.5","n":"12345678901234567890.10"}'), ("r2", '{"d":1.5,"n":1.00}', '{"d":2}'),
    ])  # fmt: skip
    found = rows.transform(from_raw(kind)).selectExpr("d", "CAST(n AS STRING) AS n").collect()
    assert sorted(map(tuple, found)) == [(0.5, "12345678901234567890.10"), (2.0, "1.00")]


@pytest.mark.parametrize(
    ("raw", "patch", "problem"),
    [
        ('{"Id":"7","Qty":1}', None, None),
        ('{"Id":"7","Qty":null}', None, None),
        ("no JSON", None, "the raw row is not kept"),
        (None, None, "the raw row is not kept"),
        ('{"Id":"7"}', None, "the raw row lacks Qty"),
        ('{"Id":"7"}', '{"Qty":null}', None),
        ('{"Id":"7","Qty":1,"Old":"x"}', None, "the input no longer has Old"),
        ('{"Id":"7","Qty":"six"}', None, "a value does not fit the type of its column: Qty"),
        ('{"Id":"7","Qty":1}', '{"Qty":"6"}', None),
        ('{"Id":"7","Qty":1}', '{"Qty":"6.5"}', "a value does not fit the type of its column: Qty"),
        ('{"Id":"7","Qty":1}', '{"Qty":"six"}', "a value does not fit the type of its column: Qty"),
        ('{"Id":"7","Qty":99999999999}', None, "a value does not fit the type of its column: Qty"),
    ],
)
def test_why_a_row_cannot_be_rebuilt(spark: SparkSession, raw: str | None, patch: str | None, problem: str) -> None:
    rows = frame(spark, "_raw string, _patch string", [(raw, patch)])
    kind = StructType.fromDDL("Id STRING, Qty INT")
    assert rows.transform(problems_of(kind)).collect() == [(problem,)]


def test_types_whose_text_does_not_tell_the_value_are_named() -> None:
    kind = StructType.fromDDL("id INT, a ARRAY<MAP<INT, STRING>>, b STRUCT<v: VARIANT>, c MAP<STRING, INT>")
    assert [text.partition(" ")[0] for text in opaque_columns(kind)] == ["a", "b"]
