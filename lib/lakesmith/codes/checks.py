"""Explain the codes of checks, LS14x, and of steps, LS16x."""

from __future__ import annotations

CHECK_CODES: dict[str, tuple[str, str, str]] = {
    "LS140": (
        "wrong fields of a check",
        "Each kind of check takes certain fields. The hint lists them.",
        "Add the missing fields and remove the others.",
    ),
    "LS141": (
        "invalid value in a check",
        "A bound, pattern or duration of a check is invalid.",
        "Write durations as 90s, 90m, 36h or 2d, bounds of lengths and counts as whole numbers,"
        " and patterns that compile.",
    ),
    "LS142": (
        "check cannot quarantine rows",
        "The checks unique, row_count and freshness evaluate the whole table, so there is no"
        " single row to quarantine. By default they fail the batch.",
        "Write on_fail: warn or on_fail: fail.",
    ),
    "LS143": (
        "duplicate check id",
        "Check results are stored by check id.",
        "Give each check of a table its own id.",
    ),
    "LS144": (
        "check value of another type",
        "A value or bound of a check does not have the type of its column in the contract, such"
        " as a number for a text column. The check could never be evaluated.",
        "Write the value in the type of the column. Quote text, dates and timestamps.",
    ),
    "LS145": (
        "check on a column of the wrong type",
        "The check measures numbers, times or text, and the column has another type. Freshness,"
        " for one, compares the newest timestamp with the time of the run.",
        "Name a column of a type that the message says, or take another check.",
    ),
    "LS146": (
        "unbalanced expression",
        "An expression is empty, or a bracket or quote in it is not closed or not opened.",
        "Correct the expression.",
    ),
    "LS147": (
        "unknown column in an expression",
        "An expression names a column that neither the contract, the input nor a step of the"
        " table has.",
        "Correct the name, or declare the column.",
    ),
    "LS148": (
        "package of checks that cannot be used",
        "A package adds checks by the entry point lakesmith.checks. It cannot be imported, or one"
        " of its checks has a name that is taken.",
        "Install what the package needs, or rename its check.",
    ),
    "LS149": (
        "invalid pattern in SQL",
        "SQL of a check, a step or a table names a regular expression that Java does not take."
        " It would end the batch.",
        "Correct the pattern. In SQL text a backslash is written twice, except in r'...'.",
    ),
    "LS199": (
        "sum of text",
        "An aggregate adds up a column that its source lands as text. Spark reads each text as a"
        " double, so that digits beyond the fifteenth are lost.",
        "Cast the column in a step before the aggregate.",
    ),
    "LS224": (
        "order of text",
        "A step chooses by the order of a column that its source lands as text, and the contract"
        " gives it another type. '10' comes before '9' in the order of texts.",
        "Cast the column in a step before, by its format where it has one.",
    ),
    "LS197": (
        "comment at the end of SQL",
        "SQL of one line ends in a comment. YAML may have joined several lines, and the comment"
        " then takes away all that follow it.",
        "Write the comment as one of YAML, between /* and */, or begin the text with |.",
    ),
    "LS198": (
        "mark of a delete that is made too late",
        "A step may lose a row before another one makes or changes a column by which deletes or"
        " truncates are known. The delete would be lost.",
        "Move the step that makes the column before the one that may lose rows.",
    ),
    "LS188": (
        "rows that cannot follow their inputs",
        "With on_input_change: recompute a batch computes the rows again that a change of an input"
        " touches, and puts them in place of the old ones. The spec does not tell which rows these"
        " are, or a change could take a row away.",
        "Do what the hint says, or leave on_input_change out: rows then keep what the input held"
        " when they came.",
    ),
    "LS194": (
        "history of a table that keeps the newest rows only",
        "A history has the versions that its runs saw. Of several changes between two runs its"
        " upstream keeps the last one, so that the versions depend on when runs are made.",
        "Let the history read the table that has all events, such as that of bronze. A history of"
        " the states at each run needs no change.",
    ),
    "LS189": (
        "hash of fields that may become more",
        "This is a warning. The step hash_key takes all declared fields of the landed row, and the"
        " source has optional_columns. A column that is declared later changes the hash of every"
        " row, so that a line which lands again has another key.",
        "List the fields that make a row: hash_key: {name: k, of: [id, v]}.",
    ),
    "LS191": (
        "property that a table cannot have",
        "Delta refuses to write a new table with this property beside those that the table needs.",
        "Take it out of properties.",
    ),
    "LS192": (
        "function that makes several rows",
        "A step that computes columns gives back each row once. A function such as explode gives"
        " none for an empty array, and the row would be in no table and no quarantine.",
        "Write the query as sql, or a function of yours as a step. There explode_outer keeps each"
        " row.",
    ),
    "LS186": (
        "check that the write strategy cannot have",
        "The check compares the rows that a batch adds with those that the table had. Another"
        " strategy replaces rows, so that a key of the batch may be in the table.",
        "Take check: unique, or the strategy that the message names.",
    ),
    "LS157": (
        "verdict that needs the written table",
        "With audit: stage a batch is judged before it is written. A check that reads the written"
        " table, and a strategy that judges what its commit deleted, cannot be judged then.",
        "Write audit: commit, or put the check on a table that reads this one.",
    ),
    "LS160": (
        "SQL is not allowed here",
        "A table is made either by steps or by one SQL text. SQL is not analysed, so the groups"
        " that changed would not be known.",
        "Keep one of the two. For strategy aggregate use an aggregate step.",
    ),
    "LS161": (
        "malformed step",
        "A step is a name, or a map with one name.",
        "Put each step on its own line.",
    ),
    "LS162": (
        "invalid step",
        "The step is unknown, its options are wrong, or its function cannot be imported.",
        "Correct the step. Write your own function as module:function.",
    ),
    "LS163": (
        "non-deterministic function",
        "A step calls a function that reads the clock or a random number. A retry of the batch"
        " would give other rows than the first attempt.",
        "Take the time from a column of the data, or declare nondeterministic: true.",
    ),
    "LS164": (
        "grouping that depends on the batch",
        "Grouping, deduplicating or ranking within one batch gives other rows when the same"
        " input arrives in other batches. Steps of a table that is recomputed by group or partition"
        " may combine rows within a group or partition, but not across them.",
        "Group only with write.strategy: aggregate. Deduplicate by the keys of an upsert in the"
        " order of its sequence_by, or declare nondeterministic: true. Name"
        " the columns of the group or partition in the keys of dedupe, in 'by' and in PARTITION"
        " BY.",
    ),
    "LS165": (
        "history ordered by another column than its deletes",
        "A row that is missing in a full snapshot is deleted at the time of the snapshot and"
        " keeps its other columns. A history ordered by one of those would remove its last"
        " version instead of ending it.",
        "Put the first column of the snapshot's sequence_by first in write.sequence_by.",
    ),
    "LS166": (
        "change events ordered by milliseconds only",
        "This is a warning. Events of one key within one millisecond have the same sequence. A"
        " delete wins, then the greater row.",
        "Add the log position of the database to sequence_by (PostgreSQL: lsn in source).",
    ),
    "LS167": (
        "deletes ordered by another column",
        "This is a warning. The upstream deletes rows by its own sequence column, and this"
        " history uses another column. A delete may have the old value of that column, and would"
        " then remove the version that began there.",
        "Put the first column of the upstream's sequence_by first, unless deletes have their"
        " own value of the column.",
    ),
    "LS168": (
        "incomplete settings of partial updates",
        "With write.partial_updates an update leaves values unchanged that its event does not"
        " have, and write.null_means defines what NULL means. Flat events cannot express a"
        " missing value other than by NULL. Such tables need a contract with all columns of the"
        " events.",
        "Write partial_updates: true and, for flat events, null_means: unchanged.",
    ),
    "LS169": (
        "step that combines values of a partial update",
        "With write.partial_updates the steps see events, not rows. A value computed from"
        " several columns would use only those that one event has.",
        "Compute it in a downstream table.",
    ),
    "LS170": (
        "change events without an envelope",
        "With change_format: debezium a table reads op, before and after, or payload where the"
        " connector also sends the schema.",
        "Name these fields in the columns of the source. For flat events remove change_format.",
    ),
}
