"""Read files as lines of text, and find the lines that cannot be trusted."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import null
from lakesmith.paths import literal_path

CORRUPT = "_corrupt_record"


def read_lines(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Read the lines of files that have a character.

    Returns
    -------
    DataFrame
        *Columns*: adds ``value`` STRING (without the byte order mark of UTF-8 that a file may begin
        with) and ``_source_file`` STRING.
    """
    names = [literal_path(path) for path in paths]
    # Spark's reader drops a mark that begins a file. Any other is text.
    lines = spark.read.text(names).select(
        "value",
        F.col("_metadata.file_path").alias("_source_file"),
    )
    return lines.filter(F.length("value") > 0)


def is_blank(line: Column) -> Column:
    """Find lines of spaces only.

    Examples
    --------
    >>> rows = spark.createDataFrame([("  ",), (" a",)], "line STRING")
    >>> rows.select(is_blank(rows.line).alias("blank")).collect()
    [Row(blank=True), Row(blank=False)]
    """
    return F.length(F.trim(line)) == 0


def is_unsafe(line: Column) -> Column:
    r"""Find lines with a NUL character or bytes that are not UTF-8.

    Examples
    --------
    >>> rows = spark.createDataFrame([("a\0b",), ("a",)], "line STRING")
    >>> rows.select(is_unsafe(rows.line).alias("unsafe")).collect()
    [Row(unsafe=True), Row(unsafe=False)]
    """
    has_null = F.contains(line, F.lit("\x00"))
    is_utf8 = F.call_function("is_valid_utf8", line)
    return has_null | ~is_utf8


def has_open_quote(line: Column, quote: str = '"') -> Column:
    """Find lines with an odd number of quotes, since a quote inside a quoted field is doubled.

    Examples
    --------
    >>> rows = spark.createDataFrame([('1,"a',), ('1,"a"',)], "line STRING")
    >>> rows.select(has_open_quote(rows.line).alias("open")).collect()
    [Row(open=True), Row(open=False)]
    """
    mark = F.lit(quote)
    without = F.replace(line, mark, F.lit(""))
    count = F.length(line) - F.length(without)
    has_mark = F.contains(line, mark)
    return has_mark & (count % 2 == 1)


def rescue_line(line: Column) -> Column:
    """Return a whole line as the JSON object that `_rescued` holds, under ``_corrupt_record``.

    Bytes that are not UTF-8 are also kept as base64 under ``_bytes``, so that nothing is lost.

    Examples
    --------
    >>> rows = spark.createDataFrame([("1,a,b",)], "line STRING")
    >>> rows.select(rescue_line(rows.line).alias("rescued")).first().rescued
    '{"_corrupt_record":"1,a,b"}'
    """
    is_text = F.call_function("is_valid_utf8", line)
    text = F.call_function("make_valid_utf8", line)
    exact = F.when(~is_text, F.base64(line.cast("binary")))
    record = F.struct(
        text.alias(CORRUPT),
        exact.alias("_bytes"),
    )
    return F.to_json(record)


def rescue_fields(names: Sequence[str], values: Sequence[Column]) -> Column:
    """Return the fields that the source lacks as a JSON object, or NULL when all are NULL."""
    if not names:
        return null("string")
    pairs = zip(names, values, strict=True)
    record = F.struct(*[value.alias(name) for name, value in pairs])
    given = F.coalesce(*values).isNotNull()
    return F.when(given, F.to_json(record))
