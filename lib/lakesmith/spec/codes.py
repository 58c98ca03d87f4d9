"""What each code LS1xx means: code to title, meaning, and what to do."""

from __future__ import annotations

SPEC_CODES: dict[str, tuple[str, str, str]] = {
    "LS100": (
        "the specs have problems",
        "Checking the specs found at least one problem. All of them are listed, each with a code of its own.",
        "Correct them from the top; `lakesmith validate` checks again without starting Spark.",
    ),
    "LS101": (
        "configuration missing or unreadable",
        "The configuration directory, its base.yml or another spec is not there or cannot be opened.",
        "Give the directory with --conf, or make a project with `lakesmith init DIR`.",
    ),
    "LS102": (
        "unknown environment",
        "--env names an environment without a file conf/<env>.yml. Only 'local' may do without one.",
        "Use one of the environments listed, or add the file; it may be empty.",
    ),
    "LS103": (
        "not readable as YAML",
        "The file is not valid YAML, not UTF-8, or larger than 1 MiB. Nothing in it was judged.",
        "Look at the line named and the one before it: indentation, an open quote or bracket, a tab.",
    ),
    "LS104": (
        "key written twice",
        "The same key stands twice in one map. YAML readers silently keep one of them.",
        "Keep one of the two lines.",
    ),
    "LS105": (
        "anchor, alias, tag or merge key",
        "YAML references (&x, *x, <<) and tags (!x) hide what a value is and where it comes from.",
        "Write the value out where it is used. What differs between environments belongs in an overlay.",
    ),
    "LS106": (
        "nested too deep",
        "Maps and lists lie in each other more than 20 levels deep. No spec needs that; a bracket may be open.",
        "Write it flatter, or close the bracket.",
    ),
    "LS107": (
        "several documents in one file",
        "A line '---' begins a second YAML document. A spec file holds one thing.",
        "Move the second document to a file of its own.",
    ),
    "LS108": (
        "ambiguous value without quotes",
        "YAML readers make something else of this text: NO is false, 12:30 is 750, 010 is 8, a date is no text.",
        'Quote it: country: "NO". Booleans are true and false, numbers are decimal, nothing is null.',
    ),
    "LS109": (
        "key that is not text",
        "A key is a number, a date, null, a list or a map for YAML.",
        "Quote the key, or give it a name.",
    ),
    "LS110": (
        "unknown key",
        "This key is not known at this place; it would have no effect.",
        "Correct the spelling (the nearest known key is named) or take the key out.",
    ),
    "LS111": ("missing key", "A key that is needed here is not given.", "Add the key."),
    "LS112": (
        "value of the wrong kind",
        "The value is not of the kind that this key takes, or not one of the allowed words.",
        "Write what is expected; quote numbers that are meant as text.",
    ),
    "LS113": (
        "name that is not allowed",
        "Sources and tables are named after their file: lower-case letters, digits, '_', at most 128. Tables lie in"
        " conf/tables/bronze, silver or gold. Columns may have capitals.",
        "Rename the file, directory or column.",
    ),
    "LS114": (
        "override of nothing",
        "An overlay or --set names a source or table that has no file of its own.",
        "Correct the name, or add conf/sources/<name>.yml or conf/tables/<layer>/<name>.yml.",
    ),
    "LS115": (
        "malformed --set",
        "A setting is not of the form key.path=value, or sets what has an option of its own.",
        "Write --set warehouse=/data/lake; a part of a key with dots in it stands in double quotes.",
    ),
    "LS116": (
        "literal secret",
        "A password, token or key stands in a spec, alone or within a URL. Specs are shared and kept for ever.",
        "Write a reference, {secret: scope/key}, and change the secret that was exposed.",
    ),
    "LS117": (
        "file exists already",
        "`lakesmith init` overwrites nothing.",
        "Give an empty directory, or move the files listed away.",
    ),
    "LS118": ("unknown spec version", "This library reads version 1 of the specs.", "Write version: 1, or update."),
    "LS119": (
        "column declared twice",
        "Two columns have the same name but for the case. Columns are matched whatever the case.",
        "Rename one of them, or take it out.",
    ),
    "LS120": (
        "input that does not exist",
        "'from' or 'inputs' names a source or table that has no spec.",
        "Correct the name, or add the spec.",
    ),
    "LS121": (
        "input of the wrong layer",
        "Bronze tables read sources; silver and gold tables read tables, never sources.",
        "Land the source in a bronze table, and read that.",
    ),
    "LS122": (
        "tables in a circle",
        "Each of these tables needs the next one first, so none can be built.",
        "Take one of the reads out, or split a table in two.",
    ),
    "LS123": (
        "bronze does too much",
        "A bronze table keeps what arrived, so that everything later can be built again from it. Text that arrived may"
        " be empty or too long for the name of a directory, so it is no partition either.",
        "Move contract, steps, checks, keys and partitions to a silver table.",
    ),
    "LS124": (
        "reserved name",
        "<table>__quarantine holds the bad rows of <table>.",
        "Choose another name.",
    ),
    "LS125": ("unknown table selected", "--select names a table that has no spec.", "Use a name as layer.table."),
    "LS130": (
        "unknown column type",
        "A contract takes Spark types: string, boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s),"
        " date, timestamp, timestamp_ntz, binary, array<>, map<,>, struct<name:type>.",
        "Write one of these, in lower case.",
    ),
    "LS131": (
        "unknown column",
        "A check, the write or a column's 'source' names a column that the contract, or the upstream, does not have.",
        "Correct the name, or declare the column.",
    ),
    "LS140": (
        "check with too few or too many fields",
        "Each kind of check takes certain fields; the hint lists them.",
        "Add what is missing and take out what does not belong.",
    ),
    "LS141": (
        "check with an unusable value",
        "A bound, pattern or duration of a check cannot be used.",
        "Durations are 90m, 36h, 2d; bounds of lengths and counts are whole numbers; patterns must compile.",
    ),
    "LS142": (
        "check cannot quarantine",
        "unique, row_count and freshness judge the whole table: there is no single row to set aside. Unless the spec"
        " says otherwise they fail the batch.",
        "Write on_fail: warn or on_fail: fail.",
    ),
    "LS143": ("check id used twice", "Verdicts are kept by check id.", "Give each check of a table its own id."),
    "LS150": (
        "write setting missing or out of place",
        "append takes no keys. upsert needs keys, and sequence_by unless when_matched is ignore. scd2, cdc and snapshot"
        " need keys and sequence_by, aggregate needs keys, replace_partitions needs partition_by. A key is no array,"
        " map or struct.",
        "Add or take out the setting named, or choose another strategy.",
    ),
    "LS151": (
        "aggregate without its step",
        "Strategy aggregate recomputes the changed groups, so it needs one aggregate step over exactly the keys.",
        "Write one '- aggregate: {by: [...], measures: {...}}' with 'by' equal to write.keys.",
    ),
    "LS152": (
        "partition not determined by the key",
        "If a partition column may change for a key, the same key could lie in two partitions.",
        "List the column in key_implies if it is a function of the key; else do not partition by it.",
    ),
    "LS158": (
        "write method out of place",
        "write.method says how an upsert becomes a commit; other strategies have one way.",
        "Take 'method' out.",
    ),
    "LS159": (
        "write method that the table cannot have",
        "append_new writes only rows whose keys are new, so it needs when_matched: ignore. replace_where replaces rows:"
        " it needs when_matched: update, and deletion vectors, or it would rewrite whole files.",
        "Write method: auto, or change the other setting.",
    ),
    "LS154": (
        "event date that cannot be used",
        "A backfill replaces the rows of some dates, so the date of a row must be in the contract and never change.",
        "Name a column of type date or timestamp that is a key, or, unless the table is an aggregate, listed in"
        " key_implies.",
    ),
    "LS153": (
        "rows of the upstream change",
        "The table keeps rows that its upstream replaces later, and would go stale or count twice.",
        "Use strategy: aggregate (or upsert, where the upstream is upserted).",
    ),
    "LS155": (
        "rename that cannot be done",
        "renamed_from names the column of the table on disk that this column was before.",
        "Take the old name out of the contract and allow the change by on_schema_change: add or widen.",
    ),
    "LS156": (
        "unusable default",
        "The default of a column is no value of its type, or the column is a key, or tells where rows are looked for:"
        " key_implies, event_date, the partitions of replace_partitions.",
        "Write a plain value of the type, decimals and dates in quotes; fill such a column by a step.",
    ),
    "LS160": (
        "sql where it does not go",
        "A table is made by steps or by one SQL text. Of a SQL text the changed groups are not known.",
        "Keep one of the two; for strategy aggregate use an aggregate step.",
    ),
    "LS161": ("malformed step", "A step is a name, or a map with one name.", "Put each step on a line of its own."),
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
    "LS190": ("date that cannot be read", "--run-date is an ISO date or instant.", "Write it as 2011-01-31."),
}
