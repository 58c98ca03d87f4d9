"""What each code LS1xx means: code to title, meaning, and what to do."""

from __future__ import annotations

from lakesmith.codes.checks import CHECK_CODES

_CODES: dict[str, tuple[str, str, str]] = {
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
    "LS118": (
        "unknown spec version",
        "This library reads version 1 of the specs.",
        "Write version: 1, or update.",
    ),
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
    "LS125": (
        "unknown table selected",
        "--select names a table that has no spec.",
        "Use a name as layer.table.",
    ),
    "LS126": (
        "setting of another format",
        "A source has a setting that its format does not take, so that it would have no effect.",
        "Take the setting out, or correct the format.",
    ),
    "LS127": (
        "format that reads nothing",
        "A column has a format that is no datetime pattern, or a type that has no use for one.",
        "Correct the pattern or the type, or take the format out.",
    ),
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
    "LS171": (
        "two specs for one table",
        "A spec compiles to a table whose name another spec already uses.",
        "Rename one of the two specs.",
    ),
    "LS172": (
        "spec that compiles to an invalid table",
        "A kind of spec that a package adds compiles to ordinary tables. One of these is not a valid table spec.",
        "Correct the spec. If the spec is right, report the error to the package that adds the kind.",
    ),
    "LS173": (
        "kind of spec that cannot be added",
        "A package adds a kind of spec whose name is the name of another kind or of a setting of the project.",
        "Remove one of the packages, or rename the kind.",
    ),
    "LS190": (
        "date that cannot be read",
        "--run-date is an ISO date or instant.",
        "Write it as 2011-01-31.",
    ),
}

SPEC_CODES: dict[str, tuple[str, str, str]] = _CODES | CHECK_CODES
