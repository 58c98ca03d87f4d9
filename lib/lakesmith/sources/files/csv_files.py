"""Read CSV files (RFC 4180) as text columns, matched by name whatever the case and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import null
from lakesmith.sources.files.csv_records import (
    is_by_line,
    is_malformed,
    read_line_records,
    read_records,
)
from lakesmith.sources.files.heads import Head, may_repeat_header
from lakesmith.sources.files.text_lines import CORRUPT, rescue_fields, rescue_line

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

# Files of a group have the same header, the same lines of spaces before it, and the same answer
# whether its text may come again.
_Group = tuple[str, tuple[str, ...], bool]


def read_csv(
    spark: SparkSession, source: FilesSource, heads: Mapping[str, Head]
) -> DataFrame:
    """Read CSV files whose headers are known.

    Parameters
    ----------
    spark : SparkSession
    source : FilesSource
    heads : mapping
        Path to header; files with the same header are read together.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns as STRING (empty, or optional and absent = NULL),
        ``_rescued`` STRING (JSON:
        undeclared fields, or the whole record under ``_corrupt_record`` when it does not parse)
        and ``_source_file`` STRING.

    Notes
    -----
    One scan a distinct header. Only the first record of a file is its header: files in which the
    header's text comes again, or with lines of spaces before it, are read apart, with a second scan
    for these lines.
    Without ``multiline`` a record is a line; one with an open quote goes whole to ``_rescued``.
    """
    groups = _groups(source, heads)
    frames: list[DataFrame] = []
    for (_, skipped, repeats), paths in groups.items():
        head = heads[paths[0]]
        has_repeated = repeats or bool(skipped)
        frames.append(_read_group(spark, source, head, paths, has_repeated))
    return reduce(DataFrame.unionByName, frames)


def _groups(source: FilesSource, heads: Mapping[str, Head]) -> dict[_Group, list[str]]:
    groups: dict[_Group, list[str]] = {}
    by_line = is_by_line(source)
    for path, head in heads.items():
        has_lines = by_line and source.header
        skipped = head.skipped if has_lines else ()
        repeats = has_lines and may_repeat_header(path, head, source)
        group = (head.line, skipped, repeats)
        same = groups.setdefault(group, [])
        same.append(path)
    return groups


def _read_group(
    spark: SparkSession,
    source: FilesSource,
    head: Head,
    paths: Sequence[str],
    repeats: bool,
) -> DataFrame:
    if is_by_line(source):
        records = _lines(spark, source, head, paths, repeats)
    else:
        records = read_records(spark, source, paths)
    parsed = records.transform(lambda rows: _parsed(rows, source, head))
    return parsed.select(
        *_declared(source, head), _rescued(source, head), "_source_file"
    )


def _lines(
    spark: SparkSession,
    source: FilesSource,
    head: Head,
    paths: Sequence[str],
    repeats: bool,
) -> DataFrame:
    lines = read_line_records(spark, source, paths)
    if not source.header:
        return lines
    before = Counter([*head.skipped, head.line])
    line = F.col("value")
    may_be_before = line.isin(*before)
    rows = lines.filter(~may_be_before)
    if not repeats:
        return rows
    alike = lines.filter(may_be_before)
    return rows.unionByName(_repeated(alike, before))


def _repeated(lines: DataFrame, before: Mapping[str, int]) -> DataFrame:
    """Return lines that come more often in their file than in what comes before its rows.

    Lines of the same text are alike, so that it does not matter which of them are left out.
    """
    alike = Window.partitionBy("_source_file", "value")
    number = F.row_number().over(alike.orderBy("value"))
    numbered = lines.withColumn("number", number)
    counts: list[Column] = []
    for line, count in before.items():
        counts += [F.lit(line), F.lit(count)]
    count_of = F.create_map(*counts)
    left_out = count_of[F.col("value")]
    is_left = F.col("number") > left_out
    return numbered.filter(is_left).drop("number")


def _parsed(records: DataFrame, source: FilesSource, head: Head) -> DataFrame:
    record = F.col("value")
    # The parser drops a byte order mark that begins the first record of a task.
    # Behind an empty field it is text as anywhere else.
    text = F.concat(F.lit(source.delimiter), record)
    parsed = F.from_csv(text, F.lit(_schema(head)), _options(source))
    rows = records.select(
        "value",
        "_source_file",
        parsed.alias("parsed"),
    )
    is_corrupt = F.col(f"parsed.{CORRUPT}").isNotNull()
    bad = is_corrupt | is_malformed(record, source)
    return rows.withColumn("bad", bad)


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
    count = len(head.names)
    fields = [f"c{index}" for index in range(count)]
    names = ["before", *fields, CORRUPT]
    return ", ".join(f"{name} STRING" for name in names)


def _field(head: Head, names: Collection[str]) -> Column:
    for index, header in enumerate(head.names):
        if header.lower() in names:
            return F.col(f"parsed.c{index}")
    return null("string")


def _declared(source: FilesSource, head: Head) -> list[Column]:
    is_good = ~F.col("bad")
    declared: list[Column] = []
    for name in source.columns:
        field = _field(head, source.fields_of(name))
        value = F.when(is_good, field)
        declared.append(value.alias(name))
    return declared


def _rescued(source: FilesSource, head: Head) -> Column:
    declared = {*source.fields}
    extra = dict(_undeclared(head.names, declared))
    in_header = {name.lower() for name in head.names}
    taken = in_header | declared
    names: list[str] = []
    values: list[Column] = []
    for index, name in extra.items():
        names.append(name or _unused_name(index, taken))
        values.append(F.col(f"parsed.c{index}"))
    fields = rescue_fields(names, values)
    whole = rescue_line(F.col("value"))
    rescued = F.when(F.col("bad"), whole).otherwise(fields)
    return rescued.alias("_rescued")


def _unused_name(index: int, taken: Collection[str]) -> str:
    """Return a name for a column that has none.

    Examples
    --------
    >>> _unused_name(2, {"id"}), _unused_name(2, {"id", "_c2"})
    ('_c2', '__c2')
    """
    name = f"_c{index}"
    while name in taken:
        name = f"_{name}"
    return name


def _undeclared(names: Iterable[str], declared: set[str]) -> Iterable[tuple[int, str]]:
    for index, name in enumerate(names):
        if name.lower() not in declared:
            yield index, name
