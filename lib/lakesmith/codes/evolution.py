"""Codes of tables whose columns or properties changed: LS51x."""

from __future__ import annotations

EVOLUTION_CODES: dict[str, tuple[str, str, str]] = {
    "LS510": (
        "change that needs a rebuild",
        "The contract or the upstream changed in a way that the rows in the table cannot follow: a type that is not"
        " wider, a hidden column, a name that differs in case only, a `renamed_from` that is no column of the table.",
        "See `lakesmith plan` for the difference; mend the spec, or `lakesmith run --rebuild --select TABLE`.",
    ),
    "LS511": (
        "key lost, other or of another kind",
        "A key column of the table did not arrive, or only in another case, or has a type in which equal keys are not"
        " equal any more, or is an array, a map or a struct; or write.keys, write.sequence_by or the type (1, 2) of the"
        " history are not those by which the rows of the table were told apart and put in order; or"
        " write.track_history_columns, apply_as_deletes, apply_as_truncates, when_matched or change_format is not what"
        " its rows were made by, which the next batch would apply to its own keys only; or a column that"
        " write.key_implies names is new, lost, or has such a type, so that the rows of the table are not found by"
        " it; or a column that write.track_history_columns names did not arrive, or is in `_rescued`, where the table"
        " has none.",
        "Restore the column, take one that is no key out of key_implies or track_history_columns, or build the table"
        " anew with `lakesmith run --rebuild --select TABLE`.",
    ),
    "LS512": (
        "changes that cannot be read",
        "The table above keeps no change feed for the versions that this table has not read: the feed was off,"
        " somebody changed its columns in a way that ends the feed, or the versions are older than its retention.",
        "Build this table anew from the rows as they are: `lakesmith run --rebuild --select TABLE`.",
    ),
    "LS514": (
        "built from another table",
        "The spec names another table in `from` than the one whose rows the table holds. How far it has read counts"
        " versions of that other table, so that rows of the new one would be left out. Nothing was written.",
        "Put `from` back as it was, or build the table anew with `lakesmith run --rebuild --select TABLE`.",
    ),
    "LS513": (
        "number too big for its type",
        "A sum, a product or a cast gave a number that the column's type cannot hold. Nothing was written.",
        "Give the column more digits (on_schema_change: widen does it without a rebuild), or correct the input.",
    ),
}
