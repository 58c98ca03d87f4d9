"""Explain the codes of source specs."""

from __future__ import annotations

SOURCE_CODES: dict[str, tuple[str, str, str]] = {
    "LS196": (
        "names of fields that do not fit the columns",
        "A source names in `field_names` a column that it does not declare, or one field of its"
        " files is read as several columns.",
        "Name only declared columns, and give each column a field for it alone.",
    ),
    "LS195": (
        "pattern or widths that do not fit the columns",
        "The named groups of a line pattern are not the columns of its source, Java refuses the"
        " pattern, or there is not one width for each column.",
        "Name a group for each column and no other, or write a width for each column.",
    ),
    "LS193": (
        "column for the time of the read",
        "A database source names in `read_at` a column that it does not declare, or it reads"
        " incrementally, where no time is that of all rows.",
        "Add it to columns, with a name that the table of the database has not.",
    ),
    "LS129": (
        "pattern that is not read alike everywhere",
        "A local directory and an object store read alternatives in braces, negations and escapes"
        " of a pattern in different ways, so that files would be left out silently.",
        "Write a pattern of *, ? and [abc], or a source for each kind of file.",
    ),
    "LS128": (
        "invalid optional columns",
        "A source names an optional column that it does not declare, or every column is"
        " optional. A file that lacks an optional column has NULL there. Without a required"
        " column any file would match.",
        "Name only declared columns in optional_columns, and leave out the columns that every"
        " file has.",
    ),
}
