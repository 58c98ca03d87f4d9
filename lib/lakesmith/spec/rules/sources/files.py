"""Check the settings of a source of files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakesmith.spec.model.source import FilesSource, SourceSpec
from lakesmith.spec.yaml.provenance import Finding

# The quote, the escape of the parser, line ends and what marks no text.
NO_DELIMITERS = ('"', "\\", "\n", "\r", "\0", "\uffff")
# The settings that decide how rows are read, and the formats that take them.
ROW_SETTINGS = (
    "delimiter",
    "encoding",
    "field_names",
    "header",
    "multiline",
    "null_values",
    "line_pattern",
    "widths",
    "row_tag",
    "skip_tags",
    "records",
)
TAKES: dict[str, tuple[str, ...]] = {
    "csv": (
        "delimiter",
        "encoding",
        "multiline",
        "field_names",
        "header",
        "null_values",
    ),
    "json": ("field_names", "null_values"),
    "json_document": ("field_names", "null_values", "records"),
    "parquet": ("field_names",),
    "log": ("encoding", "line_pattern", "null_values"),
    "fixed_width": ("encoding", "widths", "null_values"),
    "xml": ("field_names", "null_values", "row_tag", "skip_tags"),
}
NEEDS = {"log": "line_pattern", "fixed_width": "widths", "xml": "row_tag"}
TELLS = {
    "line_pattern": "where each column is",
    "widths": "where each column is",
    "row_tag": "which element is a record",
}
WHY = {
    "delimiter": "only CSV has delimiters",
    "encoding": "JSON lines are UTF-8, documents show their own, and Parquet has none",
    "header": "only CSV has a header",
    "field_names": "its lines do not name their fields",
    "multiline": "only CSV has records of several lines; write one object or record a line",
    "null_values": "its values have types, and NULL is one of them",
    "line_pattern": "only a log has a pattern",
    "records": "only a JSON document has records at a path",
    "row_tag": "only XML has elements",
    "skip_tags": "only XML has elements",
    "widths": "only fields of `fixed_width` have widths",
}

# Alternatives, negations and escapes.
_NOT_EVERYWHERE = re.compile(r"[{}\\]|\[[!^]")


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


def needed_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a format without the setting that says what its rows are.

    Examples
    --------
    >>> source = FilesSource(format="xml", path="in", columns=("id",))
    >>> [finding.what for finding in needed_rules(source)]
    ["format 'xml' needs 'row_tag'"]
    """
    if not isinstance(source, FilesSource):
        return
    needed = NEEDS.get(source.format)
    if needed and not getattr(source, needed):
        what = f"format '{source.format}' needs '{needed}'"
        yield Finding("LS126", needed, what, f"add it: it says {TELLS[needed]}")


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
