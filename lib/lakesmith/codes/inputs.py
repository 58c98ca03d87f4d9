"""Explain the codes of inputs and steps, LS0xx, LS2xx and LS3xx."""

from __future__ import annotations

INPUT_CODES: dict[str, tuple[str, str, str]] = {
    "LS000": (
        "error without a specific code",
        "No other code describes what happened.",
        "Read the message, which names what was found and where.",
    ),
    "LS001": (
        "unknown code",
        "This version has no such code.",
        "A code is LS and three digits, as at the start of an error message.",
    ),
    "LS200": (
        "input cannot be read",
        "A source cannot be read as its spec describes it.",
        "The message names the source and the file. Correct the spec or the file.",
    ),
    "LS201": (
        "missing source directory",
        "The directory of a source does not exist. Relative paths start at the working"
        " directory.",
        "Correct the path, create the directory, or write optional: true for the source.",
    ),
    "LS202": (
        "listing needs a Spark session",
        "The files of this path are in a file system that only Spark can list.",
        "Use a command that starts Spark, such as `lakesmith run`.",
    ),
    "LS203": (
        "file changed after it was read",
        "A file has another size or modification time than when its rows were read. The tables"
        " hold its old rows.",
        "Deliver corrections as new files, or set on_changed_file: reload or ignore.",
    ),
    "LS204": (
        "unreadable file",
        "A file cannot be read, and the source has on_bad_input: fail.",
        "Repair or remove the file. With on_bad_input: park the run continues without it.",
    ),
    "LS205": (
        "no earlier position",
        "The changes of a table were requested, but nothing was read from it before.",
        "Run without --select, so that the table is first built from the whole upstream.",
    ),
    "LS206": (
        "file changed during the run",
        "A file of the batch changed or disappeared before it was read. A retry could not give"
        " the same rows.",
        "Restore the file and run again. Deliver corrections as new files.",
    ),
    "LS207": (
        "table does not exist yet",
        "No run has written this table.",
        "Run `lakesmith run` first.",
    ),
    "LS208": (
        "table was never published",
        "The table has commits, but none is visible. The quality gate refused them, or a run"
        " did not finish.",
        "See `lakesmith status`. To look at the rows anyway, read version 'latest'.",
    ),
    "LS209": (
        "unknown table",
        "No table of the project and no ops table has this name.",
        "Write the name as layer.table.",
    ),
    "LS210": (
        "unreadable transaction log",
        "A commit, a checkpoint or a data file of a table is damaged or missing. It may be an"
        " ops table. No table was changed.",
        "Run `lakesmith doctor` to see which file it is, and restore it from a backup.",
    ),
    "LS211": (
        "table changed by another writer",
        "Another writer added, deleted or restored rows of a table that Lakesmith builds. The"
        " next batch would hide that.",
        "RESTORE the table to the version that the message names, and run again.",
    ),
    "LS212": (
        "warehouse is not writable",
        "The directory of the warehouse is full, is read-only, or belongs to another user.",
        "Free disk space or grant write permission. Published tables can still be read.",
    ),
    "LS213": (
        "ops table cannot be written",
        "The ledger, the publications or the run records could not be written. The disk may be"
        " full.",
        "Free disk space and run again. Batches that are committed are found, the others are"
        " written.",
    ),
    "LS214": (
        "directory cannot be listed",
        "The operating system refuses to list the directory of a source, so that files could be"
        " missed.",
        "Give the user of the run the right to list and read it, or move it out of the source."
        " Then run again.",
    ),
    "LS216": (
        "no checks to make",
        "`lakesmith check` found no checks in the spec of the table, or the table has no spec.",
        "Give a YAML file with a list under the key checks by --checks FILE.",
    ),
    "LS217": (
        "nothing to suggest from",
        "`lakesmith suggest` found no rows in the source: it has no file, or none that can be"
        " read.",
        "Put a file into the directory of the source, or name a table.",
    ),
    "LS218": (
        "log cannot be read without Spark",
        "`lakesmith facts` reads the log of a table on a local path. This table is elsewhere, or"
        " its log is damaged or has a feature that is not known here.",
        "Use `lakesmith check`, which reads the rows by Spark.",
    ),
    "LS215": (
        "unknown type of source",
        "The ledger or a spec names a type of source that no installed package has, "
        "or that cannot be loaded.",
        "Install the package that has it, in the version that wrote the ledger.",
    ),
    "LS219": (
        "secret that is not there",
        "A spec refers to a secret by an environment variable, a file or a Databricks scope, and"
        " nothing is found there.",
        "Give the secret to the process that runs lakesmith, under the name of the message.",
    ),
    "LS220": (
        "database that cannot be read",
        "A database does not answer, refuses the user, or refuses the query. Its driver may also be"
        " missing. The position of the source stays where it was.",
        "Read what the database says at the end of the message. Run again once it answers.",
    ),
    "LS221": (
        "column by which new rows cannot be known",
        "The column of `incremental` has a type without an order in time, or an overlap that does"
        " not fit it.",
        "Name a column of whole numbers, dates or timestamps. Write the overlap of a time as a span"
        " such as 10m, and that of a number as a number.",
    ),
    "LS222": (
        "rows that would never be new",
        "The column of `incremental` has rows without a value, with an infinite one, or with one"
        " far in the future. Such rows, or those that come after them, would never be read.",
        "Correct these rows in the database, or leave them out by a query.",
    ),
    "LS223": (
        "position of another database",
        "How far a source was read is known of another host, database, table or column. Rows below"
        " this mark would never be read.",
        "Land the other one in another table, or write moved_from where its rows are"
        " the same.",
    ),
    "LS225": (
        "API that refuses",
        "An HTTP API answers with a status that another attempt does not change, such as 401 or"
        " 404. The position of the source stays where it was.",
        "Correct the address, the parameters or the secret of the source.",
    ),
    "LS226": (
        "API that gives no page",
        "An HTTP API cannot be reached, does not answer in time, answers with a status such as 503,"
        " or with what is no whole JSON. All attempts failed. Nothing landed.",
        "Run again when the API answers. `attempts` and `timeout` of the source may be greater.",
    ),
    "LS227": (
        "pages that do not fit each other",
        "The pages of an HTTP API repeat, link to another server, or have another number of records"
        " than the API says. Records could be lost. Nothing landed.",
        "Correct `pages` and `total` of the source. Run again when nobody writes to the API.",
    ),
    "LS228": (
        "no directory for answers",
        "The answers of an HTTP API land in a local directory, and there is none.",
        "Write `landing`, a directory that the driver and all executors reach.",
    ),
    "LS229": (
        "another topic of the same name",
        "A topic of Kafka was deleted and made again, or ends before the offset that comes next."
        " Its offsets stand for other messages now.",
        "Land the new topic as a source of another name, in another table.",
    ),
    "LS230": (
        "messages that are gone",
        "Kafka deleted messages before they were read, as its retention says.",
        "Write on_lost_messages: continue to go on without them. Run more often, or let the topic"
        " keep them longer.",
    ),
    "LS231": (
        "topic that cannot be read",
        "Kafka does not answer, refuses the user, or has no such topic. A client may also be"
        " missing. The position of the source stays where it was.",
        "Install lakesmith[kafka], and add the connector to spark.jars.packages in conf/spark.",
    ),
    "LS300": (
        "step failed",
        "A step gave no usable DataFrame.",
        "The message names the step. Correct it and run again.",
    ),
    "LS301": (
        "exception in a step",
        "A step raised an exception. The message names the line of your code. Nothing of the"
        " batch was written.",
        "Correct the function and run again.",
    ),
    "LS302": (
        "missing contract column",
        "A column of the contract is missing after the last step.",
        "Add it in a step, map it with 'source', or remove it from the contract.",
    ),
    "LS303": (
        "incompatible column type",
        "A column cannot be converted to the type of the contract. That a whole number would lose"
        " the fraction of what a step computed is such a case, as with qty / 2 for an int. No row"
        " was read.",
        "Cast or round it in a step, as in cast(round(x, 0) AS bigint), or change the contract.",
    ),
    "LS304": (
        "step returned no DataFrame",
        "A step is a function that takes a DataFrame and returns one.",
        "End the function with `return df`.",
    ),
    "LS305": (
        "step uses a missing column",
        "The column does not exist at this step. An earlier step may have renamed or dropped"
        " it.",
        "Use one of the columns that the message lists.",
    ),
    "LS306": (
        "invalid step",
        "The step is unknown, or its options are wrong.",
        "Correct the step. `lakesmith validate` lists all invalid steps.",
    ),
    "LS307": (
        "duplicate column",
        "A join would add a column whose name is already used.",
        "Select the columns with 'columns', or rename one side first.",
    ),
    "LS308": (
        "deletes would be lost",
        "The SQL or a step drops the column _deleted, which marks deleted rows of the upstream,"
        " or _truncates, which marks where a change event emptied the table, or _kept or _moved,"
        " which mark values and keys that an event left as they were, or a column that marks"
        " treated values, which are counted by it.",
        "Select _deleted too, and the other column that the message names.",
    ),
    "LS309": (
        "format that the type cannot hold",
        "The format reads an offset into timestamp_ntz, which has none. Or it reads the name of"
        " a time zone, whose local times are ambiguous when clocks change.",
        "Declare timestamp for values with an offset. Read values with zone names as string and"
        " convert them in a step.",
    ),
}
