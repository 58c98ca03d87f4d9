"""Check the columns of a source and the names of their fields."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.model.source import FilesSource, SourceSpec
from lakesmith.spec.rules.columns import repeated
from lakesmith.spec.yaml.provenance import Finding, suggest


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


def field_name_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse names of fields for no column, and a field that would be several columns.

    Examples
    --------
    >>> names = {"id": "note"}
    >>> source = FilesSource(
    ...     format="csv", path="in", columns=("id", "note"), field_names=names
    ... )
    >>> [finding.what for finding in field_name_rules(source)]
    ["field 'note' is read as several columns: id, note"]
    """
    if not isinstance(source, FilesSource):
        return
    key = "field_names"
    declared = {column.lower() for column in source.columns}
    for column in source.field_names:
        if column.lower() not in declared:
            what = f"column '{column}' is not one of `columns`"
            hint = suggest(column, source.columns, "columns")
            yield Finding("LS196", f"{key}.{column}", what, hint)
    for column in repeated(tuple(source.field_names)):
        what = f"column '{column}' is named twice"
        hint = "list all names of its field in one place"
        yield Finding("LS196", f"{key}.{column}", what, hint)
    columns_of: dict[str, list[str]] = {}
    for column in source.columns:
        for name in source.fields_of(column):
            columns_of.setdefault(name, []).append(column)
    for name, columns in columns_of.items():
        if len({column.lower() for column in columns}) > 1:
            listed = ", ".join(dict.fromkeys(columns))
            what = f"field '{name}' is read as several columns: {listed}"
            hint = "give each column a field of its own; names match in any case"
            yield Finding("LS196", key, what, hint)


def header_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse settings that need the names of a header where files have none.

    Examples
    --------
    >>> csv = {"format": "csv", "path": "in", "columns": ("id", "note"), "header": False}
    >>> source = FilesSource(**csv, optional_columns=("note",))
    >>> [finding.what for finding in header_rules(source)]
    ["files without a header take no 'optional_columns'"]
    """
    if not isinstance(source, FilesSource) or source.header:
        return
    for setting in ("optional_columns", "field_names"):
        if getattr(source, setting):
            what = f"files without a header take no '{setting}'"
            hint = "remove it: the fields of a record are the columns in their order"
            yield Finding("LS126", setting, what, hint)


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
