"""Write one commit with an identity, and return a result that a caller cannot overlook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

from lakesmith.errors import WriteError
from lakesmith.tables.delta_log.fsync import force
from lakesmith.tables.delta_log.history import Commit, newest_commits

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

TXN_APP = "spark.databricks.delta.write.txnAppId"
TXN_VERSION = "spark.databricks.delta.write.txnVersion"
USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
LOOK_BACK = 1000


@dataclass(frozen=True)
class CommitId:
    """Identify a commit by Delta's idempotent-write id and the digest of the intent.

    Parameters
    ----------
    app_id : str
    version : int
        The number of the batch.
    digest : str
    recorded : mapping
        What else the commit records.
    attempt : str
        Differs for each try, so that an earlier commit differs from one of this try.
    is_retry : bool
        Whether the batch is looked for before it is written, since a table may let its
        idempotent-write ids expire.
    """

    app_id: str
    version: int
    digest: str
    recorded: Mapping[str, Any] = field(default_factory=dict)
    attempt: str = field(default_factory=lambda: uuid4().hex)
    is_retry: bool = False

    @property
    def metadata(self) -> str:
        """The JSON that is stored as the commit's ``userMetadata``.

        Examples
        --------
        >>> CommitId("lakesmith/a", 7, "d1", {"run_id": "r"}, "t1").metadata
        '{"app_id": "lakesmith/a", "attempt": "t1", "batch": 7, "digest": "d1", "run_id": "r"}'
        """
        identity = {**self._identity, "attempt": self.attempt}
        return json.dumps(
            {**identity, **self.recorded},
            sort_keys=True,
        )

    @property
    def _identity(self) -> dict[str, Any]:
        return {
            "app_id": self.app_id,
            "batch": self.version,
            "digest": self.digest,
        }

    def is_of(self, landed: Commit) -> bool:
        """Return whether a commit in the log is of this batch, by this try or an earlier one.

        Examples
        --------
        >>> commit = CommitId("lakesmith/local/silver.a/0/main", 7, "d1")
        >>> commit.is_of(Commit(3, 0, "WRITE", json.loads(commit.metadata), {}))
        True
        >>> commit.is_of(Commit(3, 0, "WRITE", {"app_id": commit.app_id, "batch": 7}, {}))
        False
        """
        identity = self._identity
        return all(landed.metadata.get(name) == identity[name] for name in identity)


class WriteResult(Enum):
    """Name what became of a write."""

    WRITTEN = "written"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """Describe a write that is known to be in the table, with its version and Delta's counts."""

    result: WriteResult
    version: int
    metrics: Mapping[str, int]

    def agrees(self, rows: int, emptied: int = 0) -> bool:
        """Return whether the commit counted as many rows as were observed.

        Parameters
        ----------
        rows : int
            Rows of the batch that were given to the write.
        emptied : int
            Those of them that only delete.

        Notes
        -----
        A MERGE that finds no file with a match counts inserted rows only, and 0 for its source.

        Examples
        --------
        >>> Outcome(WriteResult.WRITTEN, 3, {"numOutputRows": 5}).agrees(5)
        True
        >>> Outcome(WriteResult.WRITTEN, 3, {"numTargetRowsInserted": 5}).agrees(7, emptied=2)
        True
        """
        if self.metrics.get("numSourceRows"):
            return rows == self.metrics["numSourceRows"]
        output = self.metrics.get("numOutputRows", 0)
        written = self.metrics.get("numTargetRowsInserted", output)
        return rows - emptied == written


def writer(frame: DataFrame, commit: CommitId, mode: str = "append") -> DataFrameWriter:
    """Return a Delta writer that carries the commit's identity as options."""
    return (
        frame.write.format("delta")
        .mode(mode)
        .option("txnAppId", commit.app_id)
        .option("txnVersion", commit.version)
        .option("userMetadata", commit.metadata)
    )


def writer_of_all(
    frame: DataFrame, table: TableRef, commit: CommitId
) -> DataFrameWriter:
    """Return a Delta writer that creates a table or replaces all its rows.

    Delta lists the files that it replaces by a job, also where there is no table yet. Whether one
    is there is asked of a local path only, where it takes no query.
    """
    is_new = table.local is not None and not table.exists(None)
    if is_new:
        return writer(frame, commit, "error")
    return writer(frame, commit, "overwrite").option("overwriteSchema", "true")


def write(
    session: SparkSession,
    table: TableRef,
    commit: CommitId,
    action: Callable[[], object],
) -> Outcome:
    """Run one write and find out what became of it.

    Parameters
    ----------
    session : SparkSession
        The batch's own session: commit identity of MERGE is a session conf.
    table : TableRef
    commit : CommitId
    action : callable
        Does exactly one commit on the table, from frames built on `session`.

    Returns
    -------
    Outcome
        WRITTEN now, or SKIPPED because the same batch had landed before.

    Raises
    ------
    WriteError
        LS502 when another writer's batch has this id; LS503 when the commit cannot be found after a
        write that gave no error.
    Exception
        Whatever `action` raised, when the commit is known not to have landed.

    Notes
    -----
    No extra Spark job for a table on a local path, else one: the newest entry of the table's
    history.
    """
    before = find(session, table, commit) if commit.is_retry else None
    if before is not None:
        return before
    identify(session, commit)
    try:
        action()
    except Exception as error:
        landed = find(session, table, commit)
        if landed is not None:
            return landed
        lost = _lost(session, table, commit)
        # Both were begun, and Delta let the other one through.
        if lost.code == "LS502":
            raise lost from error
        raise
    outcome = find(session, table, commit)
    if outcome is None:
        raise _lost(session, table, commit)
    return outcome


def identify(session: SparkSession, commit: CommitId) -> None:
    """Make every commit of a session carry an identity."""
    session.conf.set(TXN_APP, commit.app_id)
    session.conf.set(TXN_VERSION, str(commit.version))
    session.conf.set(USER_METADATA, commit.metadata)


def find(session: SparkSession, table: TableRef, commit: CommitId) -> Outcome | None:
    """Search the table's newest commits for the digest of this batch.

    Forced once more when it landed earlier: whoever wrote it may have died before.
    """
    if not table.exists(session):
        return None
    for limit in (1, LOOK_BACK):
        for landed in newest_commits(session, table, limit):
            if commit.is_of(landed):
                force(table, landed.version)
                return _outcome(commit, landed)

    return None


def _outcome(commit: CommitId, landed: Commit) -> Outcome:
    is_now = landed.metadata["attempt"] == commit.attempt
    result = WriteResult.WRITTEN if is_now else WriteResult.SKIPPED
    metrics = {
        **landed.metrics,
        **landed.metadata.get("counts", {}),
    }
    return Outcome(result, landed.version, metrics)


def recent_commits(session: SparkSession, table: TableRef) -> list[Commit]:
    """Return the newest commits of a table, as many as are searched for one of a batch."""
    if not table.exists(session):
        return []
    return newest_commits(session, table, LOOK_BACK)


def _lost(session: SparkSession, table: TableRef, commit: CommitId) -> WriteError:
    commits = recent_commits(session, table)
    batches = [
        landed.metadata.get("batch", 0)
        for landed in commits
        if landed.metadata.get("app_id") == commit.app_id
    ]
    if any(batch >= commit.version for batch in batches):
        return WriteError(
            f"batch {commit.version} of {table.name} was written by another run",
            code="LS502",
            where=table.location,
            hint="run again: the batch is planned again after the other run",
        )
    return WriteError(
        f"batch {commit.version} of {table.name} was written, but its commit is "
        "not in the table's history",
        code="LS503",
        where=table.location,
        hint=(
            "check the table's _delta_log, then run again: the batch is looked for "
            "before it is redone"
        ),
    )
