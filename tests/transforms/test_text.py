from __future__ import annotations

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.text import lower, normalize_text, trim, upper

DDL = "t string, other string"


def test_trim_removes_blanks_tabs_and_line_ends(spark: SparkSession) -> None:
    df = frame(spark, DDL, [(" a b\t\r\n", " x "), ("   ", None), (None, None), ("\u00a0a", None)])
    expected = frame(spark, DDL, [("a b", " x "), ("", None), (None, None), ("\u00a0a", None)])
    assert_df_equality(df.transform(trim(columns=["t"])), expected)


def test_upper_and_lower_know_unicode(spark: SparkSession) -> None:
    df = frame(spark, DDL, [("straße é", "ÀB"), (None, "")])
    expected = frame(spark, DDL, [("STRASSE É", "àb"), (None, "")])
    assert_df_equality(df.transform(upper(columns=["t"])).transform(lower(columns=["other"])), expected)


def test_normalize_text_collapses_all_white_space(spark: SparkSession) -> None:
    df = frame(spark, DDL, [("\u3000a \u00a0\t\nb ", ""), ("\u00a0", None), (None, None)])
    expected = frame(spark, DDL, [("a b", ""), ("", None), (None, None)])
    assert_df_equality(df.transform(normalize_text(columns=["t", "other"])), expected)
