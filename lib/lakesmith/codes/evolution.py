"""Explain the codes of tables whose schema or settings changed, LS51x."""

from __future__ import annotations

EVOLUTION_CODES: dict[str, tuple[str, str, str]] = {
    "LS510": (
        "schema change that needs a rebuild",
        "The contract or the upstream changed in a way that existing rows cannot follow."
        " Examples are a type that is not wider, a system column, a name that differs only in"
        " case, and a `renamed_from` that the table lacks, or has beside the new name.",
        "See `lakesmith plan` for the difference. Correct the spec, or run `lakesmith run"
        " --rebuild --select TABLE`.",
    ),
    "LS511": (
        "key or write settings differ from the table",
        "The rows of the table were written with other settings, and the next batch would apply"
        " the new ones only to its own keys. One of these changed. A key column is missing, has"
        " another case, or has a type by which equal keys are no longer equal. The settings"
        " write.keys, sequence_by, stored_as_scd_type, track_history_columns, apply_as_deletes,"
        " apply_as_truncates, when_matched, change_format, partial_updates, null_means or"
        " unavailable_values changed. The fields of a hash_key that is a key changed, or a type by"
        " which their values have another text. A column of write.key_implies is new or missing, or"
        " has such a type. A key, the sequence, a partition, a group or the event date is made of"
        " another field, by another format or by other steps. A table that tracks all columns got"
        " one of which earlier rows of the upstream may have values. Or a column of"
        " track_history_columns is missing from the batch or is in `_rescued`.",
        "Restore the column or the setting. Remove a column that is not a key from key_implies"
        " or track_history_columns. Or rebuild the table with `lakesmith run --rebuild --select"
        " TABLE`.",
    ),
    "LS512": (
        "changes cannot be read",
        "The upstream has no change data feed for the versions that this table has not read"
        " yet. The feed was off, another writer changed columns in a way that ends the feed, or"
        " the versions are older than its retention.",
        "Rebuild this table from the current rows with `lakesmith run --rebuild --select"
        " TABLE`.",
    ),
    "LS514": (
        "table has another upstream",
        "`from` names another table than the one whose rows the table holds. The recorded"
        " position is a version of the old upstream, so rows of the new one would be skipped."
        " Nothing was written.",
        "Restore `from`, or rebuild the table with `lakesmith run --rebuild --select TABLE`.",
    ),
    "LS515": (
        "table was read with another default",
        "A `default` of an existing column of the upstream was added, changed or removed. The"
        " table's rows hold what they were read with, and its next rows would hold another"
        " value. Nothing was written.",
        "Restore the default, or rebuild the table with"
        " `lakesmith run --rebuild --select TABLE`. Tables that are computed from all rows,"
        " such as aggregates, are computed again without that.",
    ),
    "LS513": (
        "numeric overflow",
        "A sum, a product or a cast gave a number that the column's type cannot hold, or NaN or"
        " infinity for a decimal. Nothing was written.",
        "Give the column more digits, or correct the input. With on_schema_change: widen that"
        " needs no rebuild.",
    ),
}
