"""Check the settings of a source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lakesmith.spec.model.jdbc import JdbcSource
from lakesmith.spec.model.source import FilesSource, SourceSpec
from lakesmith.spec.rules.columns import repeated
from lakesmith.spec.values.java_regex import regex_problem
from lakesmith.spec.values.line_patterns import (
    group_numbers,
    line_pattern_problem,
    pattern_of,
    without_names,
)
from lakesmith.spec.yaml.provenance import Finding, suggest

# The quote, the escape of the parser, line ends and what marks no text.
NO_DELIMITERS = ('"', "\\", "\n", "\r", "\0", "\uffff")
# The settings that decide how rows are read, and the formats that take them.
ROW_SETTINGS = ("delimiter", "encoding", "multiline", "line_pattern", "widths")
TAKES: dict[str, tuple[str, ...]] = {
    "csv": ("delimiter", "encoding", "multiline"),
    "json": (),
    "parquet": (),
    "log": ("encoding", "line_pattern"),
    "fixed_width": ("encoding", "widths"),
}
WIDE = ("UTF-16", "UTF-32")
NEEDS = {"log": "line_pattern", "fixed_width": "widths"}
WHY = {
    "delimiter": "only CSV has delimiters",
    "encoding": "JSON lines are UTF-8, and Parquet has no encoding; convert the files to CSV",
    "multiline": "only CSV has records of several lines; write one object or record a line",
    "line_pattern": "only a log has a pattern",
    "widths": "only fields of `fixed_width` have widths",
}

# Alternatives, negations and escapes.
_NOT_EVERYWHERE = re.compile(r"[{}\\]|\[[!^]")


def column_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a column that is declared twice.

    Examples
    --------
    >>> source = FilesSource(format="csv", path="in", columns=("Id", "ID"))
    >>> [finding.what for finding in column_rules(source)]
    ["column 'ID' is declared twice"]
    """
    for column in repeated(source.columns):
        what = f"column '{column}' is declared twice"
        hint = "columns match in any case; name each once"
        yield Finding("LS119", "columns", what, hint)


def optional_column_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse optional columns that are not declared, and a source without a required column.

    Examples
    --------
    >>> source = FilesSource(
    ...     format="csv", path="in", columns=("id", "note"), optional_columns=("not",)
    ... )
    >>> [finding.hint for finding in optional_column_rules(source)]
    ["did you mean 'note'?"]
    """
    if not isinstance(source, FilesSource):
        return
    key = "optional_columns"
    declared = {column.lower() for column in source.columns}
    optional = {column.lower() for column in source.optional_columns}
    for column in source.optional_columns:
        if column.lower() not in declared:
            what = f"column '{column}' is not one of `columns`"
            hint = suggest(column, source.columns, "columns")
            yield Finding("LS128", key, what, hint)
    if declared <= optional:
        what = (
            "every column is optional, so that any file would be read as rows of NULL"
        )
        hint = "leave out of optional_columns what every file has, such as the key"
        yield Finding("LS128", key, what, hint)


def setting_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse the settings of a source that its format does not take.

    Examples
    --------
    >>> source = FilesSource(format="json", path="in", columns=("id",), delimiter=";")
    >>> [finding.what for finding in setting_rules(source)]
    ["format 'json' takes no 'delimiter'"]
    """
    if not isinstance(source, FilesSource):
        return
    for setting in ROW_SETTINGS:
        if setting in source.model_fields_set and setting not in TAKES[source.format]:
            what = f"format '{source.format}' takes no '{setting}'"
            yield Finding("LS126", setting, what, f"remove it: {WHY[setting]}")


def line_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse lines of which it is not said where their columns are, or that may lack columns.

    Examples
    --------
    >>> source = FilesSource(format="log", path="in", columns=("id",))
    >>> [finding.what for finding in line_rules(source)]
    ["format 'log' needs 'line_pattern'"]
    """
    if not isinstance(source, FilesSource) or source.format not in NEEDS:
        return
    what = f"format '{source.format}'"
    needed = NEEDS[source.format]
    if not getattr(source, needed):
        hint = "add it: it says where each column is"
        yield Finding("LS126", needed, f"{what} needs '{needed}'", hint)
    if source.encoding.startswith(WIDE):
        hint = "land the files as UTF-8"
        told = f"{what} takes no encoding {source.encoding}"
        yield Finding("LS126", "encoding", told, hint)
    if source.optional_columns:
        hint = "remove it: a field without a text is NULL"
        told = f"{what} takes no 'optional_columns'"
        yield Finding("LS126", "optional_columns", told, hint)


def delimiter_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a delimiter that the parser of CSV uses for something else.

    Examples
    --------
    >>> source = FilesSource(format="csv", path="in", columns=("id",), delimiter='"')
    >>> [finding.key for finding in delimiter_rules(source)]
    ['delimiter']
    """
    if isinstance(source, FilesSource) and source.delimiter in NO_DELIMITERS:
        what = f"no field can end with {source.delimiter!r}"
        yield Finding("LS126", "delimiter", what, "write another character")


def line_pattern_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a pattern of lines that Java refuses, or whose groups are not the columns.

    Examples
    --------
    >>> log = {"format": "log", "path": "in", "line_pattern": "(?<at>[^ ]+) (?<text>.*)"}
    >>> [finding.what for finding in line_pattern_rules(FilesSource(**log, columns=("at",)))]
    ["group 'text' is not one of `columns`"]
    """
    if not isinstance(source, FilesSource) or not source.line_pattern:
        return
    key = "line_pattern"
    pattern = pattern_of(source.line_pattern)
    problem = line_pattern_problem(pattern) or regex_problem(without_names(pattern))
    if problem:
        yield Finding("LS195", key, problem, "correct the regular expression")
        return
    columns = {column.lower() for column in source.columns}
    groups = {group.lower() for group in group_numbers(pattern)}
    for group in sorted(groups - columns):
        what = f"group '{group}' is not one of `columns`"
        hint = "add it to columns, or write (?:...) for a group without a name"
        yield Finding("LS195", key, what, hint)
    for column in sorted(columns - groups):
        what = f"column '{column}' is no group of the pattern"
        yield Finding(
            "LS195", key, what, f"write (?<{column}>...) where it is in a line"
        )


def width_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse widths that are not those of the columns.

    Examples
    --------
    >>> fixed = {"format": "fixed_width", "path": "in", "columns": ("id", "name")}
    >>> [finding.what for finding in width_rules(FilesSource(**fixed, widths=(10,)))]
    ['1 width(s) are given for 2 column(s)']
    """
    if not isinstance(source, FilesSource) or not source.widths:
        return
    widths = len(source.widths)
    columns = len(source.columns)
    if widths != columns:
        what = f"{widths} width(s) are given for {columns} column(s)"
        hint = "write one for each column, in the same order"
        yield Finding("LS195", "widths", what, hint)


def pattern_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a pattern of file names that means something else on another file system.

    Examples
    --------
    >>> source = FilesSource(format="csv", path="in", columns=("id",), pattern="{a,b}*.csv")
    >>> [finding.key for finding in pattern_rules(source)]
    ['pattern']
    """
    if not isinstance(source, FilesSource):
        return
    found = _NOT_EVERYWHERE.search(source.pattern)
    if found:
        what = f"'{found[0]}' in a pattern is not read alike on every file system"
        hint = "use *, ? and [abc], or a source for each kind of file"
        yield Finding("LS129", "pattern", what, hint)


def database_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a column for the time of the read that is not declared, or of an incremental read.

    Examples
    --------
    >>> at = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    >>> source = JdbcSource(**at, table="orders", columns=("id",), read_at="taken")
    >>> [finding.key for finding in database_rules(source)]
    ['read_at']
    """
    if not isinstance(source, JdbcSource) or source.read_at is None:
        return
    if source.read_at not in source.columns:
        what = f"column '{source.read_at}' is not one of `columns`"
        hint = f"add {source.read_at} to columns, which lists what the table lands"
        yield Finding("LS193", "read_at", what, hint)
    if source.incremental is not None:
        what = "an incremental read has no time of its own"
        hint = "take out read_at: `_ingested_at` says when a row landed"
        yield Finding("LS193", "read_at", what, hint)


SOURCE_RULES: tuple[Callable[[SourceSpec], Iterator[Finding]], ...] = (
    column_rules,
    setting_rules,
    line_rules,
    line_pattern_rules,
    width_rules,
    optional_column_rules,
    pattern_rules,
    delimiter_rules,
    database_rules,
)
