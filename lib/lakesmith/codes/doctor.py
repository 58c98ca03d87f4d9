"""Explain the findings of `lakesmith doctor`, LS620 to LS639."""

from __future__ import annotations

DOCTOR_CODES: dict[str, tuple[str, str, str]] = {
    "LS620": (
        "truncated commit",
        "A commit file is empty or incomplete, as after a power loss or on a full disk. Delta"
        " reads an empty last commit as one without changes, and the next write would build on"
        " it.",
        "Run `lakesmith doctor --fix`. It moves an incomplete last commit away where the batch"
        " can be written again.",
    ),
    "LS621": (
        "missing commit in the log",
        "The versions of a table have a gap that no checkpoint covers, so no reader can build"
        " the table.",
        "Restore the commit file from a backup. Without a backup, return the table to a version"
        " before the gap.",
    ),
    "LS622": (
        "damaged checkpoint",
        "A checkpoint is incomplete or unreadable. Readers fail on it, although the commits"
        " hold the same information.",
        "Run `lakesmith doctor --fix`. It moves the checkpoint away where the commits are"
        " sufficient.",
    ),
    "LS623": (
        "wrong checkpoint pointer",
        "The file _last_checkpoint cannot be read, or it names a checkpoint that does not"
        " exist.",
        "Run `lakesmith doctor --fix`. Readers find the checkpoint without that file.",
    ),
    "LS624": (
        "missing or truncated data file",
        "A data file of the table does not exist or has another size. A query may seem to work,"
        " because counts are answered from the log.",
        "Restore the file from a backup. Otherwise move the table and its downstream tables"
        " away and rebuild them.",
    ),
    "LS625": (
        "unreferenced data files",
        "A write that failed left data files behind. They are never read and use disk space.",
        "No action is needed. `lakesmith doctor --fix` moves those away that are older than the"
        " retention.",
    ),
    "LS626": (
        "temporary files in a log",
        "A commit that failed left its temporary file behind. It is never read.",
        "No action is needed. `lakesmith doctor --fix` moves those away that are older than an"
        " hour.",
    ),
    "LS627": (
        "outdated checksum",
        "The hidden checksum file of a log file belongs to other content, because two processes"
        " wrote the same version on a local disk. Every reader that verifies checksums fails.",
        "Run `lakesmith doctor --fix`. It moves the checksum away. `lakesmith history` shows"
        " which write remained.",
    ),
    "LS628": (
        "partial checksum mismatch",
        "A log file and its hidden checksum match in some blocks only, so one of the two is"
        " damaged.",
        "Compare the file with a backup. If the file is right, remove the checksum. Doctor"
        " cannot tell which of them is right.",
    ),
    "LS629": (
        "open batch",
        "A batch was planned and is not recorded as done. A run failed, or one is running now.",
        "Run again. The batch is finished first.",
    ),
    "LS630": (
        "refused batch",
        "The quality gate refused the newest batch of a table. It is written but not visible.",
        "See `lakesmith quality`. The next run undoes it and plans it again. `run --accept"
        " TABLE` publishes it.",
    ),
    "LS631": (
        "table is behind the ledger",
        "The ledger records a version that the table does not have. A commit was lost, or the"
        " table was replaced by an older copy.",
        "Restore the table, or roll back the run and let it be repeated.",
    ),
    "LS632": (
        "table is ahead of the ledger",
        "The table holds batches that the ledger does not know. The ledger is an older copy, or"
        " a run failed.",
        "Run again. Committed batches are found and recorded.",
    ),
    "LS633": (
        "commits of another writer",
        "Another writer changed rows of a table after its newest batch. Those rows are not"
        " published.",
        "Write to the table through its sources only. To undo the change, restore the version"
        " that the ledger knows.",
    ),
    "LS634": (
        "published version cannot be read",
        "The published version of a table can no longer be built from its log or files.",
        "Fix the other findings of this table first. If there are none, run again to publish a"
        " readable version.",
    ),
    "LS635": (
        "published version is close to its retention",
        "Newer commits removed files of the published version. VACUUM may delete them when the"
        " retention ends.",
        "Run, so that a newer version is published, or raise"
        " delta.deletedFileRetentionDuration.",
    ),
    "LS636": (
        "transaction identifiers expire",
        "The property delta.setTransactionRetentionDuration makes the table forget which"
        " batches were written. A batch that is retried later would not be recognised by Delta.",
        "Remove the property, or set it longer than any batch may stay open.",
    ),
    "LS637": (
        "not checked",
        "The files of this table cannot be listed from here, or its log is so damaged that its"
        " files are not known.",
        "Fix the other findings of this table first. On another file system use the tools of"
        " that store.",
    ),
    "LS638": (
        "lost publication",
        "The ledger knows a newer publication than the table ops.published holds, so readers"
        " see older versions.",
        "Run `lakesmith doctor --fix`. It publishes the versions of the ledger again.",
    ),
}
