"""What the codes of checks (LS14x) and of steps (LS16x) mean: code to title, meaning, and what to do."""

from __future__ import annotations

CHECK_CODES: dict[str, tuple[str, str, str]] = {
    "LS140": (
        "check with too few or too many fields",
        "Each kind of check takes certain fields; the hint lists them.",
        "Add what is missing and take out what does not belong.",
    ),
    "LS141": (
        "check with an unusable value",
        "A bound, pattern or duration of a check cannot be used.",
        "Durations are 90s, 90m, 36h, 2d; bounds of lengths and counts are whole numbers; patterns must compile.",
    ),
    "LS142": (
        "check cannot quarantine",
        "unique, row_count and freshness judge the whole table: there is no single row to set aside. Unless the spec"
        " says otherwise they fail the batch.",
        "Write on_fail: warn or on_fail: fail.",
    ),
    "LS143": (
        "check id used twice",
        "Verdicts are kept by check id.",
        "Give each check of a table its own id.",
    ),
    "LS144": (
        "check with a value of another type",
        "A listed value or a bound is no value of the type that the contract gives the column: a number for a text"
        " column, a text that is no date for a column of dates. Such a check can never be made.",
        "Write the value in the column's type; quote text, dates and instants.",
    ),
    "LS145": (
        "check on a column of the wrong type",
        "Freshness compares the newest instant of a column with the time of the run.",
        "Name a column of type date, timestamp or timestamp_ntz.",
    ),
    "LS146": (
        "expression that is not balanced",
        "A bracket or a quote of an expression is open at its end, closes nothing, or the expression is empty.",
        "Correct the expression.",
    ),
    "LS147": (
        "expression that names an unknown column",
        "An expression names a column that neither the contract nor the input nor a step of the table has.",
        "Correct the name, or declare the column.",
    ),
    "LS148": (
        "package of checks that cannot be used",
        "A package registers checks of its own by the entry point lakesmith.checks. It cannot be imported, or one of"
        " its checks has a name that is taken.",
        "Install what the package needs, or rename its check.",
    ),
    "LS160": (
        "sql where it does not go",
        "A table is made by steps or by one SQL text. Of a SQL text the changed groups are not known.",
        "Keep one of the two; for strategy aggregate use an aggregate step.",
    ),
    "LS161": (
        "malformed step",
        "A step is a name, or a map with one name.",
        "Put each step on a line of its own.",
    ),
    "LS162": (
        "step that cannot work",
        "The step is unknown, its options do not fit, or its function cannot be imported.",
        "Correct the step; a function of your own is written module:function.",
    ),
    "LS163": (
        "clock or chance in a table",
        "A retry of the batch would give other rows than the first try.",
        "Take the time from a column of the data, or declare nondeterministic: true.",
    ),
    "LS164": (
        "grouping where it depends on the batch",
        "Grouping or deduplicating one batch gives other rows when the same input comes in other batches. What is"
        " computed anew by group or partition may look at rows of one group or partition together, not across them.",
        "Group with write.strategy: aggregate only; deduplicate by the keys of an upsert; name the columns of the"
        " group or partition in the keys of dedupe, in 'by' and in PARTITION BY.",
    ),
    "LS165": (
        "history by another clock than its deletes",
        "A row that a full extract lacks is deleted at the instant of the extract, and keeps its own columns. A history"
        " by one of these would take back the version that began then instead of ending it.",
        "Put the first column of the extract's sequence_by first in write.sequence_by.",
    ),
    "LS166": (
        "change events ordered by the millisecond alone",
        "A warning. Events of one key in one millisecond have the same sequence; a delete wins, then the greater row.",
        "Add the position in the log of the database (PostgreSQL: lsn in source) to sequence_by.",
    ),
    "LS167": (
        "deletes by another clock",
        "A warning. The upstream deletes by its own sequence; this history is by another column, which a delete may"
        " have from the row that it deletes. It would then take back the version that began at that instant.",
        "Put the first column of the upstream's sequence_by first, unless deletes bring an instant of their own.",
    ),
    "LS168": (
        "events that tell only some values, declared in part",
        "write.partial_updates says that an update leaves alone what it does not tell, and write.null_means what NULL"
        " says. Flat events do not tell absent from NULL, so that NULL keeps the old value there. Such events need a"
        " contract, and a table whose columns hold all that they tell.",
        "Write partial_updates: true and, for flat events, null_means: unchanged.",
    ),
    "LS169": (
        "step that looks at values an event may lack",
        "With write.partial_updates the steps see events, not rows: what is computed of several columns would be"
        " computed of those that one event tells.",
        "Compute it in a table downstream.",
    ),
    "LS170": (
        "change events without an envelope",
        "change_format: debezium reads op, before and after, or payload where the connector sends the schema too.",
        "Name these fields in the columns of the source; for flat events take change_format out.",
    ),
}
