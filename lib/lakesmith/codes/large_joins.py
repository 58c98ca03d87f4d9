"""Explain the codes of joins of two large sides, LS325 and LS326."""

from __future__ import annotations

LARGE_JOIN_CODES: dict[str, tuple[str, str, str]] = {
    "LS325": (
        "join keys of different types",
        "A column of the key has another type or collation on each side. Spark would cast one of"
        " them, so that 1 and '01' may be equal. Whole numbers may differ in width.",
        "Cast one side in an earlier step.",
    ),
    "LS326": (
        "hot key that the column does not hold",
        "A declared hot key has more or fewer values than the join has key columns, or a value"
        " that the type of its column does not have.",
        "Write each hot key as a value of the column, or as a list with one value for each column"
        " of 'on'.",
    ),
}
