"""CSV files (RFC 4180) to a frame of text columns, matched by name whatever the case and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.paths import literal_path
from lakesmith.sources.heads import Head
from lakesmith.sources.text_lines import CORRUPT, has_open_quote, is_unsafe, read_lines, rescue_fields, rescue_line
from lakesmith.spec.model import FilesSource


def read_csv(spark: SparkSession, source: FilesSource, heads: Mapping[str, Head]) -> DataFrame:
    """Read CSV files whose headers are known.

    Parameters
    ----------
    spark : SparkSession
    source : FilesSource
    heads : mapping
        Path to header; files with the same header line are read together.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns as STRING (empty = NULL), ``_rescued`` STRING (JSON: undeclared
        fields, or the whole line under ``_corrupt_record`` when it does not parse) and ``_source_file`` STRING.

    Notes
    -----
    One scan a distinct header. A line that equals its file's header is taken as the header.
    Without ``multiline`` a record is a line; one with an open quote goes whole to ``_rescued``.
    """
    groups: dict[str, list[str]] = {}
    for path, head in heads.items():
        groups.setdefault(head.line, []).append(path)
    frames = [_read_group(spark, source, heads[paths[0]], paths) for paths in groups.values()]
    return reduce(DataFrame.unionByName, frames)


def _read_group(spark: SparkSession, source: FilesSource, head: Head, paths: Sequence[str]) -> DataFrame:
    by_reader = source.multiline or source.encoding.upper() != "UTF-8"
    records = _by_reader(spark, source, head, paths) if by_reader else _by_line(spark, source, head, paths)
    return records.select(*_declared(source, head), _rescued(source, head), "_source_file")


def _options(source: FilesSource) -> dict[str, str]:
    return {
        "sep": source.delimiter,
        "quote": '"',
        "escape": '"',
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": CORRUPT,
        "enforceSchema": "true",
    }


def _schema(head: Head) -> str:
    return ", ".join([f"c{index} STRING" for index in range(len(head.names))] + [f"{CORRUPT} STRING"])


def _by_line(spark: SparkSession, source: FilesSource, head: Head, paths: Sequence[str]) -> DataFrame:
    line = F.col("value")
    parsed = F.from_csv(line, F.lit(_schema(head)), _options(source))
    bad = F.col(f"parsed.{CORRUPT}").isNotNull() | has_open_quote(line) | is_unsafe(line)
    return (
        read_lines(spark, paths)
        .filter(line != F.lit(head.line))
        .select("value", "_source_file", parsed.alias("parsed"))
        .withColumn("bad", bad)
    )


def _by_reader(spark: SparkSession, source: FilesSource, head: Head, paths: Sequence[str]) -> DataFrame:
    options = _options(source) | {
        "header": "true",
        "multiLine": str(source.multiline or _has_wide_units(source)).lower(),
        "encoding": source.encoding,
    }
    rows = spark.read.schema(_schema(head)).options(**options).csv([literal_path(path) for path in paths])
    fields = F.struct(*[F.col(name) for name in rows.columns])
    given = [f"c{index}" for index in range(len(head.names))]
    as_landed = {"ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false"}
    value = F.coalesce(F.col(CORRUPT), F.to_csv(F.struct(*given), as_landed))
    text = F.concat_ws("", CORRUPT, *given)
    # The reader has put U+FFFD in the place of bytes that the encoding does not know.
    bad = F.col(CORRUPT).isNotNull() | is_unsafe(text) | F.contains(text, F.lit("\ufffd"))
    return rows.select(
        value.alias("value"),
        F.col("_metadata.file_path").alias("_source_file"),
        fields.alias("parsed"),
        bad.alias("bad"),
    )


def _has_wide_units(source: FilesSource) -> bool:
    """In UTF-16 and UTF-32 the bytes of a line end may lie within a character: only the whole file can be split."""
    return source.encoding.upper().startswith(("UTF-16", "UTF-32"))


def _field(head: Head, name: str) -> Column:
    index = [header.lower() for header in head.names].index(name.lower())
    return F.col(f"parsed.c{index}")


def _declared(source: FilesSource, head: Head) -> list[Column]:
    return [F.when(~F.col("bad"), _field(head, name)).alias(name) for name in source.columns]


def _rescued(source: FilesSource, head: Head) -> Column:
    declared = {name.lower() for name in source.columns}
    extra = {index: name for index, name in enumerate(head.names) if name.lower() not in declared}
    names = [name or f"_c{index}" for index, name in extra.items()]
    fields = rescue_fields(names, [F.col(f"parsed.c{index}") for index in extra])
    return F.when(F.col("bad"), rescue_line(F.col("value"))).otherwise(fields).alias("_rescued")
