"""Split CSV files into records whose text is exactly what the file has, whatever the encoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.paths import literal_path
from lakesmith.sources.files.encodings import (
    BOM,
    UNKNOWN,
    WINDOWS,
    drops_mark,
    is_wide,
    spelled,
)
from lakesmith.sources.files.text_lines import has_open_quote, is_unsafe, read_lines

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

# Every byte is a character of it, so that text can be split and put back without a loss.
BYTES = "ISO-8859-1"


def is_by_line(source: FilesSource) -> bool:
    """Return True where a record is a line, which Spark can find in a part of a file.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> csv = {"format": "csv", "path": "in", "columns": ("id",)}
    >>> is_by_line(FilesSource(**csv)), is_by_line(FilesSource(**csv, multiline=True))
    (True, False)
    """
    return not source.multiline and not is_wide(source.encoding)


def read_records(
    spark: SparkSession, source: FilesSource, paths: Sequence[str]
) -> DataFrame:
    """Read the records of whole files, without the first one where it is the header.

    Returns
    -------
    DataFrame
        *Columns*: adds ``value`` STRING (the text of a record, line ends within quotes as in the
        file) and ``_source_file`` STRING.

    Notes
    -----
    Each file is one value until it is split, so that a task holds it in memory.
    """
    names = [literal_path(path) for path in paths]
    content = F.col("value").cast("binary")
    decoded = spelled(F.decode(content, _decoder(source)), source.encoding)
    text = _from_header(decoded, source)
    records = F.explode(_records_of(text, source))
    file = F.col("_metadata.file_path")
    whole = spark.read.text(names, wholetext=True)
    exploded = whole.select(records.alias("value"), file.alias("_source_file"))
    value = _as_text(F.col("value"), source)
    return exploded.select(value.alias("value"), "_source_file")


def _records_of(text: Column, source: FilesSource) -> Column:
    """Return the records of a text, behind its first one where that is the header."""
    pattern = F.lit(_record_pattern(source))
    found = F.regexp_extract_all(text, pattern, F.lit(0))
    records = F.filter(found, lambda record: F.length(record) > 0)
    if not source.header:
        return records
    count = F.greatest(F.size(records), F.lit(1))
    return F.slice(records, F.lit(2), count)


def read_line_records(
    spark: SparkSession, source: FilesSource, paths: Sequence[str]
) -> DataFrame:
    """Read the lines, header included, of files whose line ends are single bytes.

    *Columns*: as `read_lines` returns them, ``value`` with one character a byte.
    """
    lines = read_lines(spark, paths)
    if _is_utf8(source):
        return lines
    content = F.col("value").cast("binary")
    text = spelled(F.decode(content, BYTES), source.encoding)
    return lines.withColumn("value", text)


def is_malformed(record: Column, source: FilesSource) -> Column:
    """Return True for records that RFC 4180 does not allow, or whose bytes are no text.

    A quoted field must end with its closing quote, the number of quotes must be even, and there
    must be no NUL character and no U+FFFF, which Spark's parser takes for the end of its input.
    Quotes within a field that does not begin with one are text.
    """
    is_text = ~is_no_text(record, source) & ~F.contains(record, F.lit("\uffff"))
    if is_wide(source.encoding):
        # The decoder replaces what it does not know.
        is_text &= ~F.contains(record, F.lit("\ufffd"))
    return (
        ~is_text
        | has_open_quote(record)
        | has_text_after_quote(record, source.delimiter)
    )


def is_no_text(record: Column, source: FilesSource) -> Column:
    """Return True for NUL characters and for bytes that the encoding does not know."""
    unknown = is_unsafe(record)
    outside = UNKNOWN.get(source.encoding.upper())
    if outside:
        unknown |= record.rlike(outside)
    return unknown


def has_text_after_quote(record: Column, delimiter: str) -> Column:
    """Return True for records in which text follows the closing quote of a field.

    Examples
    --------
    >>> rows = spark.createDataFrame([('1,"a"b',), ('1,"a"',)], "line STRING")
    >>> rows.select(has_text_after_quote(rows.line, ",").alias("bad")).collect()
    [Row(bad=True), Row(bad=False)]
    """
    mark = re.escape(delimiter)
    quoted_fields = rf'(?:^|(?<={mark}))(?:"[^"]*+")++(?={mark}|\z)'
    nothing = F.lit("")
    rest = F.regexp_replace(record, F.lit(quoted_fields), nothing)
    has_quote = F.contains(record, F.lit('"'))
    begins_with_quote = rest.rlike(rf'(?:^|{mark})"')
    return has_quote & begins_with_quote


def _is_utf8(source: FilesSource) -> bool:
    return source.encoding.upper() == "UTF-8"


def _splits_bytes(source: FilesSource) -> bool:
    return not is_wide(source.encoding) and source.delimiter.isascii()


def _decoder(source: FilesSource) -> str:
    is_bytes = _splits_bytes(source) or source.encoding == WINDOWS
    return BYTES if is_bytes else source.encoding


def _from_header(text: Column, source: FilesSource) -> Column:
    """Return the text of a file without its byte order mark and the blank lines before its header.

    Behind the header a line of spaces is a record.
    """
    blank_lines = r"(?: *+[\r\n]++)*+" if source.header else ""
    start = rf"^(?:{_mark(source)})?+{blank_lines}"
    return F.regexp_replace(text, F.lit(start), F.lit(""))


def _mark(source: FilesSource) -> str:
    """Return the byte order mark as the decoder leaves it, an empty text where it drops it."""
    decoder = _decoder(source)
    if drops_mark(decoder):
        return ""
    if decoder != BYTES:
        return BOM
    return BOM.encode().decode(BYTES)


def _as_text(record: Column, source: FilesSource) -> Column:
    if _splits_bytes(source) and _is_utf8(source):
        return F.encode(record, BYTES).cast("string")
    return record


def _record_pattern(source: FilesSource) -> str:
    """Return the pattern of a record, which is fields with delimiters between them.

    All quantifiers are possessive, which Java matches in a loop and not by recursion.
    """
    if not source.multiline:
        return r"[^\r\n]++"
    mark = re.escape(source.delimiter)
    field = rf'(?:"[^"]*+")*+[^{mark}\r\n]*+'
    return f"{field}(?:{mark}{field})*+"
