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
    "LS637": (
        "not checked",
        "This table lies where its files cannot be looked at from here, or its log is damaged so far that its files"
        " are not known.",
        "Mend what is named for the same table; on another file system use that store's own tools.",
    ),
}
