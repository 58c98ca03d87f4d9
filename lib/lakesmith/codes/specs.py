"""Explain the codes of specs, LS1xx."""

from __future__ import annotations

from lakesmith.codes.checks import CHECK_CODES

_CODES: dict[str, tuple[str, str, str]] = {
    "LS100": (
        "problems in the specs",
        "The specs have at least one problem. All are listed, each with its own code.",
        "Correct them from the top. `lakesmith validate` checks again without Spark.",
    ),
    "LS101": (
        "missing or unreadable configuration",
        "The configuration directory, its base.yml or a spec does not exist or cannot be"
        " opened.",
        "Give the directory with --conf, or make a project with `lakesmith init DIR`.",
    ),
    "LS102": (
        "unknown environment",
        "--env names an environment without a file conf/<env>.yml. Only 'local' needs no file.",
        "Use one of the listed environments, or add the file. It may be empty.",
    ),
    "LS103": (
        "invalid YAML",
        "The file is not valid YAML, is not UTF-8, or is larger than 1 MiB. Its content was not"
        " checked.",
        "Look at the named line and the one before it for indentation, tabs, and open quotes or"
        " brackets.",
    ),
    "LS104": (
        "key written twice",
        "The same key occurs twice in one map. YAML readers silently keep one of them.",
        "Keep one of the two lines.",
    ),
    "LS105": (
        "anchor, alias, tag or merge key",
        "YAML references (&x, *x, <<) and tags (!x) hide what a value is and where it comes"
        " from.",
        "Write the value where it is used. Write differences between environments in an"
        " overlay.",
    ),
    "LS106": (
        "too many nested levels",
        "Maps and lists are nested more than 20 levels deep. A bracket may be open.",
        "Reduce the nesting, or close the bracket.",
    ),
    "LS107": (
        "several documents in one file",
        "A line '---' begins a second YAML document. A file holds one spec.",
        "Move the second document to another file.",
    ),
    "LS108": (
        "ambiguous value without quotes",
        "YAML readers read this text in different ways: NO as false, 12:30 as 750, 010 as 8,"
        " 2011-01-31 as a date. A decimal that a 64-bit float cannot hold is here too, since it"
        " would become another number: 12345678901234567.89, 1e400. So is text behind a colon that"
        " begins with #, which is a comment.",
        'Quote it, as in country: "NO" or max: "12345678901234567.89". Booleans are true and'
        " false, numbers are decimal, and null is null.",
    ),
    "LS109": (
        "key that is not text",
        "YAML reads the key as a number, a date, null, a list or a map.",
        "Quote the key.",
    ),
    "LS110": (
        "unknown key",
        "The key is not known here and would have no effect.",
        "Correct the spelling, for which the hint names the nearest known key, or remove the"
        " key.",
    ),
    "LS111": (
        "missing key",
        "A required key is missing.",
        "Add the key.",
    ),
    "LS112": (
        "value of the wrong type",
        "The value has the wrong type, or is not one of the allowed words.",
        "Write what the message expects. Quote numbers that are text.",
    ),
    "LS113": (
        "invalid name",
        "Sources and tables have the name of their file, with lower-case letters, digits and"
        " '_', at most 128. Tables are in conf/tables/bronze, silver or gold. Columns may have"
        " capitals.",
        "Rename the file, directory or column.",
    ),
    "LS114": (
        "override of an unknown source or table",
        "An overlay or --set names a source or table that has no file.",
        "Correct the name, or add conf/sources/<name>.yml or conf/tables/<layer>/<name>.yml.",
    ),
    "LS115": (
        "malformed --set",
        "A setting is not of the form key.path=value, or has its own option.",
        "Write --set warehouse=/data/lake. Put a part of a key that has dots in double quotes.",
    ),
    "LS116": (
        "literal secret",
        "A password, token or key is written in a spec or in a URL. Specs are shared and their"
        " history is kept.",
        "Write a reference, {secret: scope/key}, and replace the secret that was exposed.",
    ),
    "LS117": (
        "file exists already",
        "`lakesmith init` does not overwrite files.",
        "Give an empty directory, or move the listed files away.",
    ),
    "LS118": (
        "unknown spec version",
        "This library reads version 1 of the specs.",
        "Write version: 1, or update lakesmith.",
    ),
    "LS119": (
        "duplicate column",
        "Two columns have the same name, or names that differ only in case.",
        "Rename or remove one of them.",
    ),
    "LS120": (
        "unknown input",
        "'from' or 'inputs' names a source or table that has no spec.",
        "Correct the name, or add the spec.",
    ),
    "LS121": (
        "input from the wrong layer",
        "Bronze tables read sources. Silver and gold tables read tables, never sources.",
        "Read the source into a bronze table, and read that table.",
    ),
    "LS122": (
        "circular dependency",
        "Each of these tables reads the next one, so none can be built first.",
        "Remove one of the reads, or split a table in two.",
    ),
    "LS123": (
        "not allowed in bronze",
        "A bronze table keeps the raw input, so that all downstream tables can be rebuilt from"
        " it. Raw text may be empty or too long for a directory name, so it cannot be a"
        " partition either.",
        "Move contract, steps, checks, keys and partitions to a silver table.",
    ),
    "LS124": (
        "reserved name",
        "<table>__quarantine holds the quarantined rows of <table>.",
        "Choose another name.",
    ),
    "LS125": (
        "unknown table in --select",
        "--select names a table that has no spec.",
        "Write the name as layer.table.",
    ),
    "LS126": (
        "setting that the format does not support",
        "The format of the source does not support this setting, which would have no effect, or"
        " its value, such as a quote as the delimiter of CSV.",
        "Remove the setting, or correct it or the format.",
    ),
    "LS127": (
        "invalid format of a column",
        "The format of a column is not a datetime pattern, or its type takes no format.",
        "Correct the pattern or the type, or remove the format.",
    ),
    "LS130": (
        "unknown column type",
        "A contract takes Spark types: string, boolean, tinyint, smallint, int, bigint, float,"
        " double, decimal(p,s), date, timestamp, timestamp_ntz, binary, array<>, map<,>,"
        " struct<name:type>.",
        "Write one of these, in lower case.",
    ),
    "LS131": (
        "unknown column",
        "A check, the write, or the 'source' of a column names a column that the contract or"
        " the upstream does not have.",
        "Correct the name, or declare the column.",
    ),
    "LS150": (
        "invalid write setting",
        "The strategy does not take this setting, or needs one that is missing. append takes no"
        " keys. upsert needs keys, and sequence_by unless when_matched is ignore. scd2, cdc and"
        " snapshot need keys and sequence_by, aggregate needs keys, and replace_partitions needs"
        " partition_by. A key cannot be an array, map or struct.",
        "Add or remove the setting that the message names, or choose another strategy.",
    ),
    "LS151": (
        "aggregate without an aggregate step",
        "Strategy aggregate recomputes the groups that changed, so it needs one aggregate step"
        " over exactly the keys.",
        "Write one '- aggregate: {by: [...], measures: {...}}' with 'by' equal to write.keys.",
    ),
    "LS152": (
        "partition is not determined by the key",
        "If the partition column of a key changes, the same key could be stored in two"
        " partitions.",
        "List the column in key_implies if it is a function of the key. Otherwise do not"
        " partition by it.",
    ),
    "LS158": (
        "write method not supported by the strategy",
        "write.method selects how an upsert is committed. Other strategies have one method.",
        "Remove 'method'.",
    ),
    "LS159": (
        "write method that the table cannot use",
        "append_new writes only rows with new keys, so it needs when_matched: ignore."
        " replace_where replaces rows, so it needs when_matched: update, and deletion vectors to"
        " avoid rewriting whole files.",
        "Write method: auto, or change the other setting.",
    ),
    "LS154": (
        "invalid event date",
        "A backfill replaces the rows of some dates, so the date of a row must be in the"
        " contract and must never change.",
        "Name a column of type date or timestamp that is a key, or that is listed in"
        " key_implies. In an aggregate it must be a key.",
    ),
    "LS153": (
        "upstream changes its rows",
        "The upstream replaces rows that this table keeps, so they would become outdated or be"
        " counted twice.",
        "Use strategy: aggregate, or upsert if the upstream is an upsert.",
    ),
    "LS155": (
        "invalid rename",
        "renamed_from names the column in the table that was renamed. It may no longer be in"
        " the contract.",
        "Remove the old name from the contract, and set on_schema_change: add or widen.",
    ),
    "LS156": (
        "invalid default",
        "The default is not a value of the column's type. Or the column is a key or is used to"
        " find rows (key_implies, event_date, partitions of replace_partitions), and then it can"
        " have no default.",
        "Write a plain value of the type, with decimals and dates in quotes. Fill a column that"
        " finds rows in a step.",
    ),
    "LS171": (
        "two specs for one table",
        "A spec compiles to a table whose name another spec already uses.",
        "Rename one of the two specs.",
    ),
    "LS172": (
        "spec that compiles to an invalid table",
        "A kind of spec that a package adds compiles to ordinary tables. One of these is not a"
        " valid table spec.",
        "Correct the spec. If the spec is right, report the error to the package that adds the"
        " kind.",
    ),
    "LS175": (
        "set of checks that cannot be used",
        "An entry of checks uses a set that does not exist, gives it a value it does not take or"
        " lacks one it needs, or is for each column of a kind that the contract lacks.",
        "Correct the entry; conf/check_sets/<name>.yml has the set and its variables.",
    ),
    "LS176": (
        "file of checks that cannot be imported",
        "`lakesmith import-checks` cannot read the file, or no known tool has such files.",
        "Correct the file, or name its tool by --from.",
    ),
    "LS174": (
        "write strategy of a package that cannot be used",
        "A package adds a write strategy by the entry point lakesmith.strategies. It cannot be"
        " imported, or its name is taken.",
        "Install what the package needs, or rename its strategy.",
    ),
    "LS173": (
        "kind of spec that cannot be added",
        "A package adds a kind of spec that cannot be loaded, or whose name is already the name"
        " of another kind or of a project setting.",
        "Remove one of the packages, or rename the kind.",
    ),
    "LS177": (
        "change that breaks consumers",
        "validate --against found that a table no longer keeps what consumers relied on: a column"
        " is gone, its type is narrower, it may be NULL, or a key, check, sensitivity, freshness or"
        " objective is another one.",
        "Undo the change, or set contract.version to a new major version once they agree.",
    ),
    "LS178": (
        "nothing to compare the specs with",
        "validate --against needs a directory with valid specs, or a git revision that has them.",
        "Check the name, that git is installed, and that the revision was fetched.",
    ),
    "LS179": (
        "data contract that cannot be imported",
        "contract import reads documents of the Open Data Contract Standard, version 3. The file is"
        " none, a part of it has another shape, or it has several tables.",
        "Correct the document; --table names one of several tables.",
    ),
    "LS190": (
        "invalid date",
        "--run-date takes an ISO date or timestamp.",
        "Write it as 2011-01-31.",
    ),
}

SPEC_CODES: dict[str, tuple[str, str, str]] = _CODES | CHECK_CODES
