"""Rules on sources: settings that belong to another format have no effect and are refused."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.model import FilesSource, SourceSpec
from lakesmith.spec.yaml.provenance import Finding, suggest

TEXT_SETTINGS = ("delimiter", "encoding", "multiline")
TAKES: dict[str, tuple[str, ...]] = {"csv": TEXT_SETTINGS, "json": (), "parquet": ()}
WHY = {
    "delimiter": "only CSV has delimiters",
    "encoding": "JSON lines are UTF-8, and Parquet has no encoding; convert the files, or land CSV",
    "multiline": "a JSON object is one line, and Parquet has no lines; land one object a line",
}


def source_rules(name: str, source: SourceSpec) -> Iterator[Finding]:
    """Find what the model of a source cannot refuse; a type of another package has its model only."""
    if isinstance(source, FilesSource):
        yield from setting_rules(name, source)
        yield from optional_column_rules(name, source)


def optional_column_rules(name: str, source: FilesSource) -> Iterator[Finding]:
    """Refuse optional columns that are not declared, and a source in which every column is optional."""
    key = f"sources.{name}.optional_columns"
    declared = {column.lower() for column in source.columns}
    optional = {column.lower() for column in source.optional_columns}
    for column in source.optional_columns:
        if column.lower() not in declared:
            what = f"column '{column}' is not one of `columns`"
            yield Finding(
                "LS128", key, what, suggest(column, source.columns, "columns")
            )
    if declared <= optional:
        what = "every column is optional: a file of another kind would land as rows of NULL"
        yield Finding(
            "LS128",
            key,
            what,
            "leave out of optional_columns what every file has, such as the key",
        )


def setting_rules(name: str, source: FilesSource) -> Iterator[Finding]:
    """Refuse the settings of a source that its format does not take."""
    for setting in TEXT_SETTINGS:
        if setting in source.model_fields_set and setting not in TAKES[source.format]:
            what = f"format '{source.format}' takes no '{setting}'"
            hint = f"take it out: {WHY[setting]}"
            yield Finding("LS126", f"sources.{name}.{setting}", what, hint)
