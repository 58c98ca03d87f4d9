"""Codes of the gate, writes, the ledger and runs: LS4xx to LS7xx."""

from __future__ import annotations

RUN_CODES: dict[str, tuple[str, str, str]] = {
    "LS400": (
        "the gate refused publication",
        "A check with on_fail: fail did not hold, or one could not be made. The batch is written but not visible;"
        " tables that read it did not run, all others are published.",
        "See `lakesmith quality`; correct the input and run again, or publish it with `run --accept TABLE`.",
    ),
    "LS401": (
        "a check could not be made",
        "A check names a column that is not there, compares what cannot be compared, has a pattern that does not"
        " compile, or its figure was not measured. Unless it says on_fail: warn it counts as failed: the batch is"
        " written but not visible; tables that read it did not run, all others are published.",
        "Correct the check and run again, or publish without it by `run --accept TABLE`.",
    ),
    "LS500": (
        "write failed",
        "A table could not be written.",
        "Run again: a retry neither loses nor doubles rows.",
    ),
    "LS502": (
        "another run wrote this batch",
        "Two runs planned the same batch and the other one was first.",
        "Run again: the batch is planned anew from what the other run left.",
    ),
    "LS503": (
        "outcome of a write unknown",
        "The write returned, but its commit is not in the table's history.",
        "Do not write to the table; check its _delta_log, then run again: the batch is looked for before it is redone.",
    ),
    "LS504": (
        "columns differ from the table",
        "The batch has other columns or types than the table on disk, and on_schema_change does not allow that.",
        "Set on_schema_change to add, widen or rescue, restore the spec, or rebuild the table.",
    ),
    "LS505": (
        "publication taken",
        "Another run published at the same moment. The tables are built, only their publication is missing.",
        "Run again.",
    ),
    "LS506": (
        "table changed under an upsert",
        "Somebody else wrote to the table between the look at its rows and the commit that replaces them.",
        "Let one writer write to a table; run again: the batch is planned anew.",
    ),
    "LS520": (
        "rows changed and taken back during a write",
        "Somebody else changed rows of the table and restored it while a batch was written, so that the batch was not.",
        "Run again: the next run leaves those versions out.",
    ),
    "LS507": (
        "tied rows that differ",
        "Two different rows of one key have the same sequence, and the table says on_tie: fail. Nothing was written.",
        "Add a column to sequence_by that tells them apart, or let the greatest row win (on_tie: greatest).",
    ),
    "LS521": (
        "key_implies does not hold",
        "The table says that a column is a function of its key (write.key_implies), and rows of one key have two values"
        " of it. Rows are looked for by that column, so the key would be there twice. Nothing was written.",
        "Take the column out of key_implies, partition_by and event_date and rebuild the table, or let the rows agree.",
    ),
    "LS600": (
        "ledger problem",
        "The ledger does not fit the tables.",
        "See the message; nothing was changed.",
    ),
    "LS601": (
        "another run holds the warehouse",
        "One run at a time may write to a local warehouse.",
        "Wait for the other run, or raise lock_wait_seconds; a lock of a dead process frees itself.",
    ),
    "LS602": (
        "ledger lost",
        "A table exists, but neither the ledger nor the table's own log says what was read into it.",
        "Restore the ledger, or move the table away to build it anew.",
    ),
    "LS603": (
        "ledger is newer",
        "A newer version of Lakesmith wrote the ledger.",
        "Update lakesmith.",
    ),
    "LS604": (
        "nothing to accept",
        "--accept names a table that was not refused.",
        "See `lakesmith quality` for the tables that were.",
    ),
    "LS605": (
        "ops table without Spark",
        "An ops table outside the local file system can be written only with a Spark session.",
        "Run through `lakesmith run` or a job, which start one.",
    ),
    "LS606": (
        "nothing to roll back",
        "No table has a batch of this run.",
        "See `lakesmith status` for the runs; `lakesmith history T` names the run of each commit.",
    ),
    "LS607": (
        "rollback beyond what the ledger knows",
        "The ledger remembers the last 200 batches of a table since it was last built anew; the run is older.",
        "Mend the input or the spec and rebuild the table.",
    ),
    "LS608": (
        "version no longer readable",
        "Files of the version to return to are gone: VACUUM takes what is older than the table's retention.",
        "Rebuild the table; delta.deletedFileRetentionDuration is the window.",
    ),
    "LS609": (
        "rebuild would lose rows",
        "Files that a table read are gone from its source, changed since, or not readable by the spec of today, so that"
        " a rebuild could not give their rows again. What is published stays as it is.",
        "Land the files again as they were, name a column that older files lack in optional_columns of the source, set"
        " on_changed_file: reload for changed files, or rebuild only the tables downstream by --select.",
    ),
    "LS610": (
        "table without a backfill",
        "A backfill needs a table that is built from another one and declares an event_date, and that no table written"
        " row by row reads: that one would get the rows computed anew once more.",
        "Declare event_date, land corrected files, or rebuild the table with all below it.",
    ),
    "LS611": (
        "batch in the way",
        "The table has a batch that was begun or refused, or has read another version than is published above it.",
        "Run `lakesmith run`, which ends it, then backfill.",
    ),
    "LS612": (
        "nothing published to read",
        "A backfill reads published versions, and one of its tables has none.",
        "Run `lakesmith run` first.",
    ),
    "LS613": (
        "table is gone",
        "The ledger knows the table, but there is none where it should lie.",
        "Put it back, or build it anew by `lakesmith run --rebuild --select T`.",
    ),
    "LS615": (
        "ledger was edited",
        "A row of the ledger is none that Lakesmith writes.",
        "RESTORE the ledger to the version before, or move its directory away: the next run reads it from the tables.",
    ),
    "LS614": (
        "commits were lost",
        "The table ends before the version that the ledger knows: somebody took commits away, or the disk lost them.",
        "Put them back, or roll back the run that wrote them, and run again.",
    ),
    "LS616": (
        "bad rows lost with an undo",
        "A batch was undone that had cleared rows from the quarantine, whose version before cannot be read any more.",
        "Nothing is wrong with the table; rebuild it, or backfill their dates, to find the rows again.",
    ),
    "LS700": (
        "the run failed",
        "At least one table failed. What was written before stays, nothing half-done is visible.",
        "Mend the cause named for the table and run again: the run goes on where it stopped.",
    ),
    "LS701": (
        "a table failed",
        "An exception ended the batch of one table. Nothing of this batch was published.",
        "Mend the cause and run again.",
    ),
}
