"""Sort Delta's names of operations by what they do to the rows of a table."""

from __future__ import annotations

# They move rows to other files, take unused files away, or change settings: every row stays as it
# is.
MAINTENANCE = (
    "OPTIMIZE",
    "REORG",
    "CLUSTER BY",
    "VACUUM START",
    "VACUUM END",
    "SET TBLPROPERTIES",
    "UNSET TBLPROPERTIES",
)

# The change feed has the rows that these added, changed and deleted.
ROW_CHANGES = ("WRITE", "MERGE", "UPDATE", "DELETE")

# They may give a table any other rows.
OTHER_CHANGES = (
    "TRUNCATE",
    "RESTORE",
    "CLONE",
    "COPY INTO",
    "STREAMING UPDATE",
    "Manual Update",
)

MOVES_ROWS = (*ROW_CHANGES, *OTHER_CHANGES)


def keeps_rows(operation: str) -> bool:
    """Return whether an operation changes no row.

    Examples
    --------
    >>> keeps_rows("REORG"), keeps_rows("ADD COLUMNS"), keeps_rows("MERGE")
    (True, True, False)
    """
    return operation in MAINTENANCE or changes_columns(operation)


def changes_columns(operation: str) -> bool:
    """Return whether an operation changes the columns of a table.

    Examples
    --------
    >>> changes_columns("RENAME COLUMN"), changes_columns("CLUSTER BY")
    (True, False)
    """
    return operation.endswith((" COLUMN", " COLUMNS"))


def moves_rows(operation: str) -> bool:
    """Return whether an operation may give a table other rows.

    Examples
    --------
    >>> (moves_rows("DELETE"), moves_rows("CREATE OR REPLACE TABLE AS SELECT"),
    ...  moves_rows("OPTIMIZE"))
    (True, True, False)
    """
    makes_table = any(
        words in operation for words in ("TABLE AS SELECT", "REPLACE TABLE")
    )
    return makes_table or operation in MOVES_ROWS
