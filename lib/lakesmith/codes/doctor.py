"""What the codes LS620 to LS639 mean: damage to the files of a warehouse, and what else `doctor` finds."""

from __future__ import annotations

DOCTOR_CODES: dict[str, tuple[str, str, str]] = {
    "LS620": (
        "torn commit",
        "A commit file is empty or ends in the middle, as after a power loss or a full disk. Delta reads an empty last"
        " commit as one that did nothing, and the next write would build on it.",
        "Run `lakesmith doctor --fix`: it sets a torn last commit aside where the batch can be written again.",
    ),
    "LS621": (
        "commit missing in the log",
        "The versions of a table have a hole that no checkpoint covers, so no reader can build the table.",
        "Put the commit file back from a copy; without one, take the table back to a version before the hole.",
    ),
    "LS622": (
        "broken checkpoint",
        "A checkpoint is cut off or cannot be read. Readers fail on it although the commits say the same.",
        "Run `lakesmith doctor --fix`: it sets the checkpoint aside where commits suffice.",
    ),
    "LS623": (
        "pointer to a checkpoint is wrong",
        "The file _last_checkpoint cannot be read or names a checkpoint that is not there.",
        "Run `lakesmith doctor --fix`: readers find the checkpoint by themselves without that file.",
    ),
    "LS624": (
        "data file missing or cut off",
        "A file that the table is made of is not there or has another size. Counts are still answered from the log,"
        " so a query may seem to work.",
        "Put the file back from a copy, or move the table and what is built from it away and build them anew.",
    ),
    "LS625": (
        "files that no commit names",
        "A write that died leaves data files behind. They are never read; they keep disk space.",
        "Nothing must be done. `lakesmith doctor --fix` sets those aside that are older than the retention.",
    ),
    "LS626": (
        "temporary files in a log",
        "A commit that died leaves its temporary file behind. It is never read.",
        "Nothing must be done. `lakesmith doctor --fix` sets those aside that are older than an hour.",
    ),
    "LS627": (
        "stale checksum",
        "The hidden checksum beside a file of the log belongs to another content: two processes wrote the same version"
        " on a local disk. Every reader that verifies checksums fails.",
        "Run `lakesmith doctor --fix`: it sets the checksum aside; `lakesmith history` tells which write stayed.",
    ),
    "LS628": (
        "file and checksum differ in part",
        "A file of the log and the hidden checksum beside it fit in some places only: one of them was damaged.",
        "Compare with a copy. If the file is right, remove the checksum; nothing here can tell which one is.",
    ),
    "LS629": (
        "batch is open",
        "A batch was planned and is not known to be done: a run died, or one is at work now.",
        "Run again: the batch is finished first.",
    ),
    "LS630": (
        "batch was refused",
        "The quality gate refused the newest batch of a table; it is written but not visible.",
        "See `lakesmith quality`. The next run undoes it and plans it again; `run --accept TABLE` publishes it.",
    ),
    "LS631": (
        "table is behind the ledger",
        "The ledger counts a version as done that the table does not have: a commit was lost or the table was"
        " replaced by an older copy.",
        "Put the table back as it was, or take the run back and let it be done again.",
    ),
    "LS632": (
        "table is ahead of the ledger",
        "The table holds batches that the ledger does not know: the ledger is an older copy, or a run died.",
        "Run again: what landed is found and taken over.",
    ),
    "LS633": (
        "commits of somebody else",
        "Something other than Lakesmith changed rows of a table after its newest batch. Those rows are not published.",
        "Write to the table through its feed; to undo, restore the version that the ledger knows.",
    ),
    "LS634": (
        "published version cannot be read",
        "Readers are pointed to a version of a table that its log or its files no longer give.",
        "Mend what is named for the same table; if nothing is, run again to publish a readable version.",
    ),
    "LS635": (
        "published version is close to its retention",
        "Newer commits removed files of the published version; when the retention ends, VACUUM may delete them.",
        "Run, so that a newer version is published, or raise delta.deletedFileRetentionDuration.",
    ),
    "LS636": (
        "identities of writes expire",
        "The table forgets after a while which batches were written (delta.setTransactionRetentionDuration)."
        " A batch that is retried later than that would not be recognised by Delta.",
        "Take the property away, or keep it longer than any batch may stay open.",
    ),
    "LS637": (
        "not checked",
        "This table lies where its files cannot be looked at from here, or its log is damaged so far that its files"
        " are not known.",
        "Mend what is named for the same table; on another file system use that store's own tools.",
    ),
    "LS638": (
        "publication lost",
        "The ledger knows a newer publication than the table ops.published holds, so readers see older versions.",
        "Run `lakesmith doctor --fix`: it publishes the versions of the ledger again.",
    ),
}
