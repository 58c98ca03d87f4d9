"""Codes of inputs and steps: LS0xx to LS3xx."""

from __future__ import annotations

INPUT_CODES: dict[str, tuple[str, str, str]] = {
    "LS000": (
        "error without a code of its own",
        "Something was found that no other code describes.",
        "Read the message; it names what was found and where.",
    ),
    "LS001": (
        "unknown code",
        "There is no such code in this version.",
        "A code is LS and three digits, as an error message begins.",
    ),
    "LS200": (
        "input cannot be read",
        "A source cannot be read as its spec says.",
        "See the message for the place.",
    ),
    "LS201": (
        "no such directory",
        "The directory of a source does not exist. Relative paths start at the working directory.",
        "Correct the path, create the directory, or declare the source optional: true.",
    ),
    "LS202": (
        "listing needs a session",
        "The files of this path lie in a file system that only Spark can list.",
        "Use a command that starts Spark, such as `lakesmith run`.",
    ),
    "LS203": (
        "file changed after it was read",
        "A file has another size or time than when its rows were landed. Its old rows are in the tables.",
        "Land corrections as new files, or declare on_changed_file: reload or ignore.",
    ),
    "LS204": (
        "bad input",
        "A file cannot be read and the source declares on_bad_input: fail.",
        "Repair or remove the file; with on_bad_input: park it is set aside and the rest goes on.",
    ),
    "LS205": (
        "no earlier position",
        "Changes of a table were asked for, but nothing was read from it before.",
        "Run without a selection, so that the table is first built from the whole upstream.",
    ),
    "LS206": (
        "file changed during the run",
        "A file named by the batch changed or vanished before it was read, so a retry could not give the same rows.",
        "Put the file back as it was and run again; land corrections as new files.",
    ),
    "LS207": (
        "table does not exist yet",
        "The table was never written.",
        "Run `lakesmith run` first.",
    ),
    "LS208": (
        "table was never published",
        "The table has commits, but none became visible: the gate refused it, or a run did not end.",
        "See `lakesmith status`; read version 'latest' to look at it all the same.",
    ),
    "LS209": (
        "unknown table",
        "No table or ops table has this name.",
        "Use a name as layer.table.",
    ),
    "LS210": (
        "the log of a table cannot be read",
        "A commit, a checkpoint or a file of a table is damaged or missing. It may be one of the engine's own tables.",
        "Put the damaged file back from a copy; `lakesmith doctor` says which it is. No table was changed.",
    ),
    "LS211": (
        "table changed by others",
        "Somebody else wrote, deleted or restored rows of a table that Lakesmith builds. The next batch would hide it.",
        "RESTORE the table to the version that the message names and run again.",
    ),
    "LS212": (
        "warehouse cannot be written",
        "The directory of the warehouse is read-only or full, or belongs to somebody else.",
        "Give it space and write permission. Published tables can be read all the same.",
    ),
    "LS213": (
        "the engine's own table cannot be written",
        "The ledger, the publications or the run records could not be written; the disk may be full.",
        "Give the warehouse space and run again: batches that landed are found, the others are written.",
    ),
    "LS214": (
        "directory cannot be listed",
        "The system refuses to list the directory of a source or one in it, so that files could be missed.",
        "Give the user who runs this the right to list and read it, or move it out of the source; then run again.",
    ),
    "LS215": (
        "unknown type of source",
        "The ledger or a spec names a type of source that no installed package has.",
        "Install the package that has it, in the version that wrote the ledger.",
    ),
    "LS300": (
        "step failed",
        "A step gave no frame that fits.",
        "See the message for the step.",
    ),
    "LS301": (
        "exception in a step",
        "A step raised an exception; the place is the line of your own code. Nothing of the batch was written.",
        "Correct the function and run again.",
    ),
    "LS302": (
        "contract column missing",
        "After the last step a column of the contract is not there.",
        "Add it in a step, map it with 'source', or take it out of the contract.",
    ),
    "LS303": (
        "type that does not fit",
        "A column has a type of another family than the contract, or text cannot become this type.",
        "Cast it in a step, or change the contract.",
    ),
    "LS304": (
        "step returned no DataFrame",
        "A step is a function df -> df.",
        "End the function with `return df`.",
    ),
    "LS305": (
        "step names a missing column",
        "The column is not there at this point; earlier steps may have renamed or dropped it.",
        "Use one of the columns listed.",
    ),
    "LS306": (
        "step that cannot be bound",
        "The step is unknown or its options do not fit.",
        "Correct the step; `lakesmith validate` lists all of them.",
    ),
    "LS307": (
        "column is there already",
        "A join would bring a column whose name is taken.",
        "Choose the columns with 'columns', or rename one side first.",
    ),
    "LS308": (
        "deletes would be lost",
        "The SQL or the steps of a table drop the column _deleted, which says what the upstream table deleted, "
        "or _truncates, which says where a change event emptied it.",
        "Select _deleted too, and _truncates where the message names it.",
    ),
    "LS309": (
        "format that a type cannot hold",
        "The format reads an offset for timestamp_ntz, which is a wall clock, or the name of a zone, whose clocks show "
        "an hour twice in autumn and skip one in spring.",
        "Declare timestamp for an offset; take text with names of zones as string and convert it in a step.",
    ),
}
