"""Explain the codes of joins by time, range and lookup, LS351 to LS355."""

from __future__ import annotations

TIMED_JOIN_CODES: dict[str, tuple[str, str, str]] = {
    "LS351": (
        "two rows at one time",
        "Two different rows of the other side of an as-of join have the same key, time and order,"
        " so that none of them is the newest.",
        "Name columns in tie_breakers that tell them apart, or write on_tie: greatest. Dedupe the"
        " other side where one of them is a mistake.",
    ),
    "LS352": (
        "versions overlap",
        "Two versions of one key are valid at one time, so that a row would match both.",
        "Correct the intervals of the other side. A table of strategy scd2 has none that overlap.",
    ),
    "LS353": (
        "lookup has a key twice",
        "A lookup gives one row for a key, and this key has several. A join would double rows.",
        "Dedupe the lookup in the table that makes it, or join by more columns.",
    ),
    "LS354": (
        "columns that cannot be compared",
        "A time has another type on the other side, and a cast could change which rows match. A"
        " timestamp and a timestamp_ntz have one order in a time zone only.",
        "Cast the column in a step before the join.",
    ),
    "LS355": (
        "options of a join that do not go together",
        "An option of the join is out of range, or contradicts another one.",
        "Correct the options as the message says.",
    ),
}
