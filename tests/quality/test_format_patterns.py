"""Formats are recognised alike with Spark and without."""

from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.quality.values.format_patterns import has_format
from lakesmith.quality.values.text_formats import FORMATS
from lakesmith.testing import frame

TEXTS = [
    "", " ", "a", "a@b.org", "a@b", "a@b.org\n", "ä@b.org", ".@b.org", "a@-b.org", "a b@c.org",
    "123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-42661417400", "http://a.org", "HTTPS://a.org:80/x?y#z",
    "http://a.org/ x", "http://a.org/\u00a0x", "ftp://[::1]/x", "mailto:a@b.org", "1.2.3.4", "01.2.3.4", "256.1.1.1", "1.2.3",
    "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", "1:2:3:4:5:6:7", ":::",
    "1::2::3", "::ffff:1.2.3.4", "1.2.3.4::", "::1.2.3.4:1", "fe80::1%eth0", "12345::", "1:2:3:4:5:6:1.2.3.4", "::01.2.3.4",
    "GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "GB82 WEST1234 5698 7654 32", "GB00WEST12345698765432",
    "DE89370400440532013000", "gb82WEST12345698765432", "GB82WEST1234569876543²",
    "{}", "[]", "[1]", "1", '"a"', "null", "true", "{a}", "{'a': 1}", '{"a": 1}', '{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 2}}',
    "NaN", "[NaN]", "Infinity", "-1", "01", "1.", ".5", "1e3", "1 2", "[1,]", "[1] ", " [1]", "[1]x", '"a', "tru", '{"a": 1}}',
    '"\\u00e9"', '"a\tb"', "[1, 2", "\ufeff{}",
]  # fmt: skip


def test_each_text_has_the_same_formats(spark: SparkSession) -> None:
    rows = frame(spark, "text STRING", [(text,) for text in TEXTS])
    named = [F.coalesce(check(F.col("text")), F.lit(False)).alias(name) for name, check in FORMATS.items()]
    by_spark = {row["text"]: {name: row[name] for name in FORMATS} for row in rows.select("text", *named).collect()}
    by_python = {text: {name: has_format(text, name) for name in FORMATS} for text in TEXTS}
    different = {
        text: sorted(name for name in FORMATS if by_spark[text][name] != by_python[text][name]) for text in TEXTS
    }
    assert {text: names for text, names in different.items() if names} == {}
