"""Explain the codes of the gate, writes, the ledger and runs, LS4xx to LS7xx."""

from __future__ import annotations

RUN_CODES: dict[str, tuple[str, str, str]] = {
    "LS400": (
        "quality gate refused publication",
        "A check with on_fail: fail failed, or a check could not be evaluated. The batch is"
        " written but not visible, with audit: stage not even written. Tables that read it did"
        " not run, and all others are published. The key on_refusal lets a run go on instead.",
        "See `lakesmith quality`. Correct the input and run again, or publish the batch with"
        " `run --accept TABLE`.",
    ),
    "LS401": (
        "check could not be evaluated",
        "A check names a missing column, compares incompatible types, has an invalid pattern,"
        " or its metric was not measured. Unless it has on_fail: warn it counts as failed, and"
        " the batch is written but not visible. Tables that read it did not run, and all others"
        " are published.",
        "Correct the check and run again, or publish the batch with `run --accept TABLE`.",
    ),
    "LS500": (
        "write failed",
        "A table could not be written.",
        "Run again. A retry neither loses nor duplicates rows.",
    ),
    "LS502": (
        "another run wrote this batch",
        "Two runs planned the same batch, and the other one committed first.",
        "Run again. The batch is planned again from what the other run left.",
    ),
    "LS503": (
        "outcome of a write is unknown",
        "The write returned, but its commit is not in the table's history.",
        "Do not write to the table. Check its _delta_log and run again. The run looks for the"
        " commit before it repeats the write.",
    ),
    "LS504": (
        "schema differs from the table",
        "The batch has other columns or types than the table, and on_schema_change does not"
        " allow the change.",
        "Set on_schema_change to add, widen or rescue, restore the spec, or rebuild the table.",
    ),
    "LS505": (
        "publication conflict",
        "Another run published at the same moment. The tables are written, and only their"
        " publication is missing.",
        "Run again.",
    ),
    "LS506": (
        "table changed during an upsert",
        "Another writer committed to the table between the read of its rows and the commit that"
        " replaces them.",
        "Let only one writer write to a table. Run again, and the batch is planned again.",
    ),
    "LS520": (
        "table changed and restored during a write",
        "Another writer changed rows of the table and restored it while a batch was written."
        " The batch was not committed.",
        "Run again. The next run leaves those versions out.",
    ),
    "LS507": (
        "conflicting rows with equal sequence",
        "Two different rows of one key have the same sequence, and the table has on_tie: fail."
        " Nothing was written.",
        "Add a column to sequence_by that orders them, or let the greatest row win with on_tie:"
        " greatest.",
    ),
    "LS521": (
        "key_implies does not hold",
        "The table declares in write.key_implies that a column is a function of its key, but"
        " rows of one key have different values of it. Rows are found by that column, so the key"
        " would exist twice. Nothing was written.",
        "Correct the rows, or remove the column from key_implies, partition_by and event_date"
        " and rebuild the table.",
    ),
    "LS600": (
        "ledger problem",
        "The ledger does not match the tables. Nothing was changed.",
        "The message names the difference and what to do.",
    ),
    "LS601": (
        "warehouse is locked",
        "Another run is writing. Only one run at a time may write to a local warehouse.",
        "Wait for the other run, or raise lock_wait_seconds. The lock of a dead process is"
        " released.",
    ),
    "LS602": (
        "ledger is missing",
        "A table exists, but neither the ledger nor the table's commits record what was read"
        " into it.",
        "Restore the ledger, or move the table away and run again to rebuild it.",
    ),
    "LS603": (
        "ledger of a newer version",
        "A newer version of Lakesmith wrote the ledger.",
        "Update lakesmith.",
    ),
    "LS604": (
        "nothing to accept or to give up",
        "--accept or --refused names a table whose batch was not refused.",
        "See `lakesmith quality` for the refused tables.",
    ),
    "LS605": (
        "ops table needs Spark",
        "An ops table outside the local file system can be written only with a Spark session.",
        "Use `lakesmith run` or a job, which start Spark.",
    ),
    "LS606": (
        "nothing to roll back",
        "No table has a batch of this run.",
        "See `lakesmith status` for the runs. `lakesmith history T` shows the run of each"
        " commit.",
    ),
    "LS607": (
        "rollback beyond the ledger",
        "The ledger keeps the last 200 batches of a table, and none from before its last"
        " rebuild. The run is older.",
        "Fix the input or the spec, then rebuild the table.",
    ),
    "LS608": (
        "version is no longer readable",
        "VACUUM deleted files of the version to return to, because they are older than the"
        " table's retention.",
        "Rebuild the table. To keep versions longer, raise delta.deletedFileRetentionDuration.",
    ),
    "LS609": (
        "rebuild would lose rows",
        "Files that a table read are deleted, changed, or not readable with the current spec,"
        " so a rebuild could not give their rows again. What is published stays.",
        "Restore the files. For a column that older files lack, write optional_columns in the"
        " source. For changed files, set on_changed_file: reload. Or rebuild only the downstream"
        " tables with --select.",
    ),
    "LS618": (
        "rebuild would lose versions",
        "A history reads a table that keeps the newest rows only. A rebuild of that table makes its"
        " rows again, but not the versions that they had before, which only the history holds. What"
        " is published stays.",
        "Let the history read the table that has all events. To rebuild it with the versions that"
        " are left, name it with --select.",
    ),
    "LS610": (
        "table cannot be backfilled",
        "A backfill needs a table that reads another table and declares an event_date. No table"
        " that is written row by row may read it, because the recomputed rows would be added to"
        " that table again.",
        "Declare event_date, deliver corrected files, or rebuild the table and all downstream"
        " tables.",
    ),
    "LS611": (
        "unfinished batch",
        "The table has a batch that was started or refused, rows of a run that was not published,"
        " or it has read another version of its upstream than the published one.",
        "Run `lakesmith run`, which finishes the batch and publishes, then start again.",
    ),
    "LS612": (
        "upstream is not published",
        "A backfill reads published versions, and one of its upstream tables has none.",
        "Run `lakesmith run` first.",
    ),
    "LS613": (
        "table is missing",
        "The ledger knows the table, but its files are missing.",
        "Restore the table, or rebuild it with `lakesmith run --rebuild --select T`.",
    ),
    "LS615": (
        "ledger was edited",
        "The ledger holds a row that Lakesmith did not write.",
        "RESTORE the ledger to the version before, or move its directory away. The next run"
        " then rebuilds it from the tables.",
    ),
    "LS614": (
        "missing commits",
        "The table ends before the version that the ledger knows. Its last commits were deleted"
        " or lost by the disk.",
        "Restore the commits, or roll back the run that wrote them, and run again.",
    ),
    "LS616": (
        "quarantined rows lost by an undo",
        "A batch was undone that had removed rows from the quarantine, and the earlier version"
        " of the quarantine can no longer be read.",
        "The table is correct. To find the quarantined rows again, rebuild the table or"
        " backfill the affected dates.",
    ),
    "LS617": (
        "rows that a consumer has read",
        "A consumer outside the lake, such as a sink, only takes added rows of a table. It has"
        " read rows that a rollback would undo, or that a backfill would recompute.",
        "Take the rows back at the consumer, record its position before them, and repeat the"
        " command.",
    ),
    "LS700": (
        "the run failed",
        "At least one table failed. What was published stays, and no partial batch is visible.",
        "Fix the cause that is named for the table and run again. The run continues where it"
        " stopped.",
    ),
    "LS701": (
        "a table failed",
        "An exception ended the batch of one table. Nothing of this batch was published.",
        "Fix the cause and run again.",
    ),
    "LS702": (
        "observer failed",
        "An observer of the run raised, or that of an installed package cannot be created. The"
        " run goes on and its tables are not affected. The observer missed this event.",
        "Correct the observer, or uninstall its package.",
    ),
}
