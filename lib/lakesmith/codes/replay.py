"""Explain the codes of replays of quarantined rows, LS650 to LS653."""

from __future__ import annotations

REPLAY_CODES: dict[str, tuple[str, str, str]] = {
    "LS650": (
        "table cannot be replayed",
        "Quarantined rows cannot be sent through this table again so that each gets its place"
        " once: the table has no quarantine, keeps no raw input of a row, computes its rows from"
        " all rows of its upstream, compares whole snapshots, or makes several rows of one."
        " Corrections are refused where a table derives rows from all events of its upstream."
        " Nothing was changed.",
        "Correct the cause, then rebuild the table, or land the corrected input as a new file.",
    ),
    "LS651": (
        "quarantined rows cannot be rebuilt",
        "The raw text of a row lacks a field of the input, has one that the input no longer has,"
        " or a value that does not fit its type. Such a row would come with another value than it"
        " had. No row was replayed.",
        "Give the missing fields by --patch, or leave the rows out by --where. Or rebuild the"
        " table, which reads them from the upstream.",
    ),
    "LS652": (
        "invalid condition of a replay",
        "The condition of --where cannot be evaluated on the columns of the quarantine, or calls a"
        " function that gives another value on every run, so a retry would select other rows.",
        "Correct the condition; `lakesmith quarantine T --format json` shows the columns.",
    ),
    "LS653": (
        "mistakes in the corrections",
        "The file of --patch cannot be read, names fields that the input does not have, or rows"
        " that are not in the quarantine. All mistakes are listed. Nothing was changed.",
        "Correct the file, then repeat the command.",
    ),
}
