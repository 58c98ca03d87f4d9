"""Codes of maintenance: LS640 to LS649."""

from __future__ import annotations

MAINTAIN_CODES: dict[str, tuple[str, str, str]] = {
    "LS640": (
        "layout that Delta cannot do",
        "A table is clustered or Z-ordered, not both; clustering excludes partitions; columns must be the table's own.",
        "Correct `maintenance` of the table, or of the project in base.yml.",
    ),
    "LS641": (
        "maintenance of a table failed",
        "An action raised an error. Rows are as before; what other tables needed was done and published.",
        "Mend the cause named for the table and run `lakesmith maintain` again; a run needs none of it.",
    ),
}
