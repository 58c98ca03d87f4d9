"""Read the newest commits of a table, without a Spark job on a local path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.tables.delta_log import operations

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

_ROW_METRICS = (
    "numOutputRows",
    "numDeletedRows",
    "numTargetRowsInserted",
    "numTargetRowsUpdated",
    "numTargetRowsDeleted",
)


@dataclass(frozen=True)
class Commit:
    """Describe one commit by version, time, operation, metadata and metrics.

    Parameters
    ----------
    version : int
    timestamp : int
        Milliseconds since 1970 UTC.
    operation : str
        Delta's name of it.
    metadata : mapping
        What the commit records of itself; empty for another writer's.
    metrics : mapping of str to int
    restored_to : int, optional
        The version that a RESTORE went back to.
    renamed : (str, str), optional
        The old and the new name of a column.
    is_append : bool
        Whether it is a write that only added files.
    """

    version: int
    timestamp: int
    operation: str
    metadata: Mapping[str, Any]
    metrics: Mapping[str, int]
    restored_to: int | None = None
    renamed: tuple[str, str] | None = None
    is_append: bool = False

    @property
    def adds_only(self) -> bool:
        """True for a commit that changed no row that was there before.

        Examples
        --------
        >>> metrics = {"numTargetRowsUpdated": 0, "numTargetRowsDeleted": 0}
        >>> Commit(3, 0, "MERGE", {}, metrics).adds_only
        True
        >>> Commit(3, 0, "DELETE", {}, {}).adds_only
        False
        """
        if self.operation == "MERGE":
            return self._counts_none("numTargetRowsUpdated", "numTargetRowsDeleted")
        if self.operation == "WRITE" and not self.is_append:
            return self._counts_none("numDeletedRows", "numRemovedFiles")
        return self.is_append or self.keeps_rows

    def _counts_none(self, *names: str) -> bool:
        """Return whether all of these metrics are known and 0."""
        return all(self.metrics.get(name, 1) == 0 for name in names)

    @property
    def max_rows(self) -> int | None:
        """How many rows the commit wrote or deleted at most, None where it does not say.

        Examples
        --------
        >>> Commit(3, 0, "WRITE", {}, {"numOutputRows": 5}).max_rows
        5
        >>> Commit(3, 0, "OPTIMIZE", {}, {}).max_rows, Commit(3, 0, "RESTORE", {}, {}).max_rows
        (0, None)
        """
        if self.keeps_rows or self.changes_columns:
            return 0
        known = [self.metrics[name] for name in _ROW_METRICS if name in self.metrics]
        return sum(known) if known else None

    @property
    def keeps_rows(self) -> bool:
        """True for a commit that changed no row.

        Examples
        --------
        >>> Commit(3, 0, "OPTIMIZE", {}, {}).keeps_rows, Commit(3, 0, "WRITE", {}, {}).keeps_rows
        (True, False)
        """
        return operations.keeps_rows(self.operation)

    @property
    def changes_columns(self) -> bool:
        """True for a commit that changes columns and no row.

        Examples
        --------
        >>> Commit(3, 0, "ADD COLUMNS", {}, {}).changes_columns
        True
        """
        return operations.changes_columns(self.operation)


def newest_commits(
    session: SparkSession | None, table: TableRef, limit: int | None = None
) -> list[Commit]:
    """Return the newest commits of an existing table, newest first.

    Raises
    ------
    InputError
        LS210 when its log cannot be read.

    Notes
    -----
    No Spark job on a local path, one elsewhere. Spark is asked too where delta-rs does not get over
    a broken checkpoint, which Spark may do without.
    """
    if table.local is None and session is None:
        return []
    try:
        if table.local is None:
            entries = _by_spark(session, table, limit)
        else:
            entries = DeltaTable(table.location).history(limit)
    except DeltaError as error:
        entries = _by_spark_instead(session, table, limit, error)
    return [_commit(entry) for entry in entries]


def newest_version(session: SparkSession | None, table: TableRef) -> int:
    """Return the newest version of an existing table, without a Spark job on a local path."""
    return newest_commits(session, table, 1)[0].version


def standing(
    newest_first: Sequence[Commit],
    upto: int | None = None,
    voids: Sequence[tuple[int, int]] = (),
    keeps_batches: bool = False,
) -> Iterator[Commit]:
    """Yield the commits that no RESTORE undid, newest first.

    Parameters
    ----------
    newest_first : sequence of Commit
    upto : int, optional
        The version to begin with. What a later RESTORE undid counts then.
    voids : sequence of (int, int)
        First and last version of spans to leave out, which together change nothing.
    keeps_batches : bool
        Whether a batch stays that the RESTORE names as read (`back_to`). A batch that changed no
        row may have its commit after the restored version.

    Examples
    --------
    >>> restore = Commit(3, 0, "RESTORE", {"back_to": 7}, {}, restored_to=1)
    >>> first, second = Commit(1, 0, "WRITE", {}, {}), Commit(2, 0, "MERGE", {"batch": 7}, {})
    >>> log = [Commit(4, 0, "WRITE", {}, {}), restore, second, first]
    >>> [commit.version for commit in standing(log)]
    [4, 3, 1]
    >>> [commit.version for commit in standing(log, upto=2)]
    [2, 1]
    >>> [commit.version for commit in standing(log, voids=[(3, 4)])]
    [2, 1]
    >>> [commit.version for commit in standing(log, keeps_batches=True)]
    [4, 3, 2, 1]
    """
    newest = upto
    last_batch: int | None = None
    for commit in newest_first:
        is_undone = newest is not None and commit.version > newest
        if is_undone and not (keeps_batches and _is_read(commit, last_batch)):
            continue
        void_from = _void_from(commit.version, voids)
        if void_from is not None:
            newest = void_from - 1
            continue
        yield commit
        if commit.restored_to is not None:
            newest = commit.restored_to
            last_batch = _smaller(last_batch, commit.metadata.get("back_to"))


def _is_read(commit: Commit, last_batch: int | None) -> bool:
    batch = commit.metadata.get("batch")
    return batch is not None and last_batch is not None and batch <= last_batch


def _void_from(version: int, voids: Sequence[tuple[int, int]]) -> int | None:
    return next((low for low, high in voids if low <= version <= high), None)


def _smaller(one: int | None, other: int | None) -> int | None:
    known = [number for number in (one, other) if number is not None]
    return min(known, default=None)


def _by_spark_instead(
    session: SparkSession | None, table: TableRef, limit: int | None, error: DeltaError
) -> list[dict[str, Any]]:
    if session is None:
        raise unreadable(table, error) from error
    try:
        return _by_spark(session, table, limit)
    except Exception as again:
        raise unreadable(table, error) from again


def unreadable(table: TableRef, error: Exception) -> InputError:
    """Return LS210 for a table whose log cannot be read.

    Examples
    --------
    >>> from lakesmith.tables.ref import TableRef
    >>> unreadable(TableRef("silver.a", "/lake/silver/a"), ValueError("torn")).what
    'silver.a cannot be read: torn'
    """
    first_line = str(error).partition("\n")[0]
    return InputError(
        f"{table.name} cannot be read: {first_line}",
        code="LS210",
        where=table.location,
        hint="put the damaged file back from a copy; `lakesmith doctor` says which it is",
    )


def _by_spark(
    session: SparkSession | None, table: TableRef, limit: int | None
) -> list[dict[str, Any]]:
    rows = table.history(cast("SparkSession", session), limit)
    return [_with_milliseconds(row.asDict()) for row in rows]


def _with_milliseconds(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "timestamp": row["timestamp"].timestamp() * 1000}


def _commit(entry: Mapping[str, Any]) -> Commit:
    operation = entry.get("operation") or ""
    parameters = entry.get("operationParameters") or {}
    return Commit(
        entry["version"],
        int(entry["timestamp"]),
        operation,
        metadata=parse_metadata(entry.get("userMetadata")),
        metrics=_counts(entry.get("operationMetrics") or {}),
        restored_to=_restored_to(operation, parameters),
        renamed=_renamed(operation, parameters),
        is_append=operation == "WRITE" and parameters.get("mode") == "Append",
    )


def _counts(metrics: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(value) for name, value in metrics.items() if str(value).isdigit()}


def _restored_to(operation: str, parameters: Mapping[str, Any]) -> int | None:
    target = str(parameters.get("version"))
    if operation == "RESTORE" and target.isdigit():
        return int(target)
    return None


def _renamed(operation: str, parameters: Mapping[str, Any]) -> tuple[str, str] | None:
    if operation != "RENAME COLUMN":
        return None
    return parameters["oldColumnPath"], parameters["newColumnPath"]


def parse_metadata(text: str | None) -> dict[str, Any]:
    """Parse the ``userMetadata`` of a commit, empty for another writer's commit.

    Examples
    --------
    >>> parse_metadata('{"batch": 7}'), parse_metadata("nightly load"), parse_metadata(None)
    ({'batch': 7}, {}, {})
    """
    try:
        value = json.loads(text or "{}")
    except ValueError:  # free text of another writer
        return {}
    return value if isinstance(value, dict) else {}
