"""Check how lines of logs and of fixed width are taken apart."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.model.source import FilesSource, SourceSpec
from lakesmith.spec.values.java_regex import regex_problem
from lakesmith.spec.values.line_patterns import (
    group_numbers,
    line_pattern_problem,
    pattern_of,
    without_names,
)
from lakesmith.spec.yaml.provenance import Finding

WIDE = ("UTF-16", "UTF-32")
OF_LINES = ("log", "fixed_width")


def line_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse lines of wide characters, or that may lack columns.

    Examples
    --------
    >>> log = {"format": "log", "path": "in", "columns": ("id",)}
    >>> source = FilesSource(**log, optional_columns=("id",))
    >>> [finding.what for finding in line_rules(source)]
    ["format 'log' takes no 'optional_columns'"]
    """
    if not isinstance(source, FilesSource) or source.format not in OF_LINES:
        return
    what = f"format '{source.format}'"
    if source.encoding.startswith(WIDE):
        hint = "land the files as UTF-8"
        told = f"{what} takes no encoding {source.encoding}"
        yield Finding("LS126", "encoding", told, hint)
    if source.optional_columns:
        hint = "remove it: a field without a text is NULL"
        told = f"{what} takes no 'optional_columns'"
        yield Finding("LS126", "optional_columns", told, hint)


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
