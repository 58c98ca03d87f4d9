"""Explain the codes of maintenance, LS640 to LS649."""

from __future__ import annotations

MAINTAIN_CODES: dict[str, tuple[str, str, str]] = {
    "LS640": (
        "invalid table layout",
        "A table is either clustered or Z-ordered. A partitioned table cannot be clustered. The"
        " columns must be columns of the table, and Z-ordering by a partition column has no"
        " effect.",
        "Correct `maintenance` of the table, or of the project in base.yml.",
    ),
    "LS642": (
        "settings of a quarantine that does not exist",
        "A table that lands a source keeps all its rows. Tables that read it quarantine them.",
        "Write `quarantine` in the table downstream, or in base.yml for all tables.",
    ),
    "LS641": (
        "maintenance of a table failed",
        "A maintenance action raised an error. The rows did not change. Maintenance of other"
        " tables was done and published.",
        "Fix the cause that is named for the table and run `lakesmith maintain` again. Runs do"
        " not depend on it.",
    ),
}
