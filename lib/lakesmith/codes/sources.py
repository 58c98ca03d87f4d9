"""What the codes of sources mean: code to title, meaning, and what to do."""

from __future__ import annotations

SOURCE_CODES: dict[str, tuple[str, str, str]] = {
    "LS128": (
        "optional columns that do not fit",
        "A source names an optional column that it does not declare, or declares every column optional. A file that"
        " lacks an optional column reads NULL there; with no column required any file would fit.",
        "Name in optional_columns only columns of `columns`, and leave out those that every file has.",
    ),
}
