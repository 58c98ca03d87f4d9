"""Check the settings of a source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lakesmith.spec.model.jdbc import JdbcSource
from lakesmith.spec.model.source import FilesSource, SourceSpec
from lakesmith.spec.rules.columns import repeated
from lakesmith.spec.yaml.provenance import Finding, suggest

# The quote, the escape of the parser, line ends and what marks no text.
NO_DELIMITERS = ('"', "\\", "\n", "\r", "\0", "\uffff")
TEXT_SETTINGS = ("delimiter", "encoding", "multiline")
TAKES: dict[str, tuple[str, ...]] = {"csv": TEXT_SETTINGS, "json": (), "parquet": ()}
WHY = {
    "delimiter": "only CSV has delimiters",
    "encoding": "JSON lines are UTF-8, and Parquet has no encoding; convert the files to CSV",
    "multiline": "a JSON object is one line, and Parquet has no lines; write one object a line",
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
    for setting in TEXT_SETTINGS:
        if setting in source.model_fields_set and setting not in TAKES[source.format]:
            what = f"format '{source.format}' takes no '{setting}'"
            yield Finding("LS126", setting, what, f"remove it: {WHY[setting]}")


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
    optional_column_rules,
    pattern_rules,
    delimiter_rules,
    database_rules,
)
