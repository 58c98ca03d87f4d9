"""Read JSON-lines files as text columns, matched by name whatever the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.columns import ARRIVED
from lakesmith.sources.files.text_lines import (
    is_blank,
    is_unsafe,
    read_lines,
    rescue_line,
)
from lakesmith.transforms.values.json_numbers import (
    has_changed_number,
    may_hold_mark,
    unmark_numbers,
)
from lakesmith.transforms.values.json_objects import in_array, only_object
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource


def read_json(
    spark: SparkSession, source: FilesSource, paths: Sequence[str]
) -> DataFrame:
    """Read JSON-lines files as text, nested values as JSON text.

    Parameters
    ----------
    spark : SparkSession
    source : FilesSource
    paths : sequence of str

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns as STRING (absent or JSON null = NULL), ``_rescued``
        STRING (JSON of undeclared fields, or the whole line under ``_corrupt_record`` when it is
        not one object or has a key twice), ``_source_file`` STRING and ``_arrived`` STRUCT:
        ``has``, whether the line has each declared field,
        and ``names``, all its fields; NULL for a line that is rescued as a whole.
    """
    # JSON allows blanks between its values, so that a line of nothing else is no row.
    lines = read_lines(spark, paths).filter(~is_blank(F.col("value")))
    return lines.transform(json_rows(source))


def json_rows(source: FilesSource, kept: Sequence[str] = ()) -> Transform:
    """Take JSON objects apart into the columns of a source.

    *Columns*: needs ``value`` STRING, ``_source_file`` and `kept` -> exactly those of `read_json`
    and `kept`.
    """

    def apply(lines: DataFrame) -> DataFrame:
        line = F.col("value")
        changed = F.col("changed")
        marked = lines.withColumn("changed", has_changed_number(line))
        entries = _entries(line, changed).alias("entries")
        parsed = marked.select("value", "_source_file", "changed", entries, *kept)
        is_ambiguous = _is_ambiguous(F.col("entries"), source)
        no_object = F.isnull("entries") | is_ambiguous
        unclear = changed & may_hold_mark(line)
        bad = no_object | is_unsafe(line) | unclear
        rows = parsed.withColumn("bad", bad)
        is_good = ~F.col("bad")
        columns: list[Column] = []
        for name in source.columns:
            value = F.when(is_good, _field(source.fields_of(name)))
            columns.append(value.alias(name))
        return rows.select(
            *columns,
            _rescued(source),
            "_source_file",
            _arrived(source),
            *kept,
        )

    return apply


def _entries(line: Column, changed: Column) -> Column:
    """Return keys with values as text, NULL for anything but one object.

    Numbers keep their spelling.
    """
    array = in_array(line, changed)
    parsed = F.try_parse_json(array)
    values = parsed.try_cast("array<map<string,variant>>")
    row = only_object(values, line)
    entries = F.map_entries(row)
    return F.transform(entries, lambda entry: _text_of(entry, changed))


def _text_of(entry: Column, changed: Column) -> Column:
    text = entry["value"].cast("string")
    value = F.when(changed, unmark_numbers(text)).otherwise(text)
    return F.struct(
        entry["key"].alias("key"),
        value.alias("value"),
    )


def _is_ambiguous(entries: Column, source: FilesSource) -> Column:
    """Return whether a key comes twice, or several keys stand for one column."""
    keys = F.transform(entries, lambda entry: F.lower(entry["key"]))
    distinct = F.array_distinct(keys)
    is_ambiguous = F.size(distinct) != F.size(keys)
    for column in source.columns:
        names = source.fields_of(column)
        if len(names) > 1:
            fields = F.array(*map(F.lit, names))
            is_ambiguous |= F.size(F.array_intersect(keys, fields)) > 1
    return is_ambiguous


def _field(names: Sequence[str]) -> Column:
    matches = F.filter("entries", lambda entry: F.lower(entry["key"]).isin(*names))
    first = F.get(matches, 0)
    return first["value"]


def _arrived(source: FilesSource) -> Column:
    names = F.transform("entries", lambda entry: entry["key"])
    lowered = F.transform(names, F.lower)
    flags: list[Column] = []
    for name in source.columns:
        fields = F.array(*map(F.lit, source.fields_of(name)))
        is_there = F.arrays_overlap(lowered, fields)
        flags.append(is_there.alias(name))
    has = F.struct(*flags).alias("has")
    listed = F.concat_ws(", ", names).alias("names")
    arrived = F.struct(has, listed)
    return F.when(~F.col("bad"), arrived).alias(ARRIVED)


def _rescued(source: FilesSource) -> Column:
    declared = F.array(*map(F.lit, source.fields))

    def is_extra(entry: Column) -> Column:
        key = F.lower(entry["key"])
        return ~F.array_contains(declared, key)

    extra = F.filter("entries", is_extra)
    has_extra = F.size(extra) > 0
    as_json = F.to_json(F.map_from_entries(extra))
    fields = F.when(has_extra, as_json)
    line = rescue_line(F.col("value"))
    rescued = F.when(F.col("bad"), line).otherwise(fields)
    return rescued.alias("_rescued")
