"""The catalogue of codes: what ``lakesmith explain CODE`` prints."""

from __future__ import annotations

from dataclasses import dataclass

from lakesmith.doctor_codes import DOCTOR_CODES
from lakesmith.errors import LakesmithError
from lakesmith.spec.codes import SPEC_CODES
from lakesmith.spec.origin import suggest

_RUN_CODES: dict[str, tuple[str, str, str]] = {
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
    "LS200": ("input cannot be read", "A source cannot be read as its spec says.", "See the message for the place."),
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
    "LS207": ("table does not exist yet", "The table was never written.", "Run `lakesmith run` first."),
    "LS208": (
        "table was never published",
        "The table has commits, but none became visible: the gate refused it, or a run did not end.",
        "See `lakesmith status`; read version 'latest' to look at it all the same.",
    ),
    "LS209": ("unknown table", "No table or ops table has this name.", "Use a name as layer.table."),
    "LS300": ("step failed", "A step gave no frame that fits.", "See the message for the step."),
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
    "LS304": ("step returned no DataFrame", "A step is a function df -> df.", "End the function with `return df`."),
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
        "The SQL or the steps of a table drop the column _deleted, which says what the upstream table deleted.",
        "Select _deleted too.",
    ),
    "LS400": (
        "the gate refused publication",
        "A check with on_fail: fail did not hold. The batch is written but not visible; tables that read it did not"
        " run, all others are published.",
        "See `lakesmith quality`; correct the input and run again, or publish it with `run --accept TABLE`.",
    ),
    "LS500": ("write failed", "A table could not be written.", "Run again: a retry neither loses nor doubles rows."),
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
        "The batch has other columns or types than the table on disk: the spec changed.",
        "Restore the spec, or rebuild the table.",
    ),
    "LS505": (
        "publication taken",
        "Another run published at the same moment. The tables are built, only their publication is missing.",
        "Run again.",
    ),
    "LS600": ("ledger problem", "The ledger does not fit the tables.", "See the message; nothing was changed."),
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
    "LS603": ("ledger is newer", "A newer version of Lakesmith wrote the ledger.", "Update lakesmith."),
    "LS604": (
        "nothing to accept",
        "--accept names a table that was not refused.",
        "See `lakesmith quality` for the tables that were.",
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
        "The version to return to is older than the table's retention.",
        "Rebuild the table; delta.deletedFileRetentionDuration is the window.",
    ),
    "LS609": (
        "rebuild would lose rows",
        "Files that a table read are gone from its source, so that a rebuild could not give their rows again.",
        "Put the files back, or rebuild only the tables below it by --select.",
    ),
    "LS610": (
        "table without a backfill",
        "A backfill needs a table that is built from another one and declares an event_date.",
        "Declare event_date, or land corrected files.",
    ),
    "LS611": (
        "batch in the way",
        "The table has a batch that was begun or refused.",
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
    "LS614": (
        "commits were lost",
        "The table ends before the version that the ledger knows: somebody took commits away, or the disk lost them.",
        "Put them back, or roll back the run that wrote them, and run again.",
    ),
    "LS605": (
        "ops table without Spark",
        "An ops table outside the local file system can be written only with a Spark session.",
        "Run through `lakesmith run` or a job, which start one.",
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
    "LS800": (
        "the environment does not fit",
        "Java, Spark or a library is missing or of another version.",
        "Install what the message names.",
    ),
    "LS801": (
        "Spark did not start",
        "No Spark session could be started; most often Java is missing.",
        "Install Java 17 or 21 and set JAVA_HOME.",
    ),
    "LS830": (
        "Spark's Python package is missing",
        "The wheel leaves pyspark and delta-spark to the cluster, which brings its own; here there is none.",
        "Install lakesmith[spark], or start the job by spark-submit.",
    ),
    "LS831": (
        "no environment to deploy to",
        "Tables of a deployed job lie in a catalog, and no conf/<env>.yml names one.",
        "Write conf/dev.yml and conf/prod.yml with catalog: NAME and the paths of the sources.",
    ),
    "LS832": (
        "source out of reach of the deployed job",
        "A relative path means the working directory, which a deployed job does not have.",
        "Set an absolute path or URL in the environment's file, such as /Volumes/<catalog>/<schema>/<volume>.",
    ),
    "LS833": (
        "deployment files are not those of the specs",
        "What lies there differs from what the specs give now: they changed, or somebody edited a generated file.",
        "Run `lakesmith deploy-spec databricks`; keep settings of your own in conf/databricks/own.yml.",
    ),
    "LS834": (
        "file is not a generated one",
        "A file that somebody wrote by hand lies where a generated one should be; it is never overwritten.",
        "Move it away, or write elsewhere with --output.",
    ),
    "LS835": (
        "layers read each other",
        "A silver table reads gold and a gold table reads silver, so the layers cannot run one after the other.",
        "Deploy the whole pipeline as one task: --tasks pipeline.",
    ),
}


@dataclass(frozen=True)
class Explanation:
    """A code with its title, what it means and what to do."""

    code: str
    title: str
    meaning: str
    action: str


CATALOGUE: dict[str, Explanation] = {
    code: Explanation(code, *texts) for code, texts in sorted((_RUN_CODES | DOCTOR_CODES | SPEC_CODES).items())
}


def explain(code: str) -> Explanation:
    """Return the explanation of a code.

    Parameters
    ----------
    code : str
        ``LS`` and three digits, in any case.

    Returns
    -------
    Explanation

    Raises
    ------
    LakesmithError
        When there is no such code (LS001).

    Examples
    --------
    >>> explain("ls108").title
    'ambiguous value without quotes'
    """
    found = CATALOGUE.get(code.strip().upper())
    if found is None:
        raise LakesmithError(f"no code '{code}'", code="LS001", hint=suggest(code.upper(), CATALOGUE, "codes"))
    return found
