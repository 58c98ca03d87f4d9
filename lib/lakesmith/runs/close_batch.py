"""Close a batch in the ledger, with the versions that downstream tables need not read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.ledger.commit_walk import is_foreign, is_void
from lakesmith.ledger.events import LedgerEvent, done_event
from lakesmith.ledger.rebuild_from_commits import is_missing, is_own
from lakesmith.observe.refusals import refusal_of
from lakesmith.tables.delta_log.history import Commit, newest_commits, newest_version

if TYPE_CHECKING:
    from lakesmith.batch.record import BatchRecord
    from lakesmith.ledger.intent import Intent
    from lakesmith.ledger.state import TableState
    from lakesmith.tables.ref import TableRef


def closing_event(
    spark: SparkSession,
    table: TableRef,
    state: TableState,
    intent: Intent,
    record: BatchRecord,
) -> LedgerEvent:
    """Return the event that closes a written batch.

    Notes
    -----
    It holds the verdict and what follows from it, and is in the ledger before anything of the run
    is published.

    A batch that changed no row is a void, which downstream tables skip. Its table moves on all the
    same, since Delta reads a version that is not the newest one as long as the retention only. It
    stays where it is when another commit came in between that may have changed rows.

    Examples
    --------
    >>> from lakesmith.batch.counts import Counts
    >>> from lakesmith.batch.record import BatchRecord
    >>> from lakesmith.ledger.intent import Intent
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.sources.slices import Slice
    >>> from lakesmith.tables.ref import table_ref
    >>> piece = Slice("files", "orders", {"files": []})
    >>> intent = Intent("bronze.a", 1, 4, "2026-01-01T00:00:00+00:00", "hash", piece)
    >>> record = BatchRecord(5, Counts(), (), (), recomputed=False)
    >>> table = table_ref("/lake", None, "bronze.a")
    >>> event = closing_event(None, table, TableState("bronze.a", version=3), intent, record)
    >>> event.event, event.payload["version"]
    ('done', 5)
    """
    metadata = record.to_metadata()
    refusal = refusal_of(intent, record)
    is_refused = refusal is not None and not refusal.publishes
    if record.staged or state.version is None or record.moved:
        return done_event(intent, record.version, is_refused, metadata)
    if not _has_unknown_commits(spark, table, state, record.version):
        void = (state.version + 1, record.version)
        return done_event(intent, record.version, is_refused, metadata, void)
    version = record.version if is_refused else state.version
    return done_event(intent, version, is_refused, metadata)


def _has_unknown_commits(
    spark: SparkSession, table: TableRef, state: TableState, version: int
) -> bool:
    """Return True where a commit between the state and a version may have changed rows."""
    known = state.version or 0
    if version <= known + 1:
        return version <= known
    head = newest_version(spark, table)
    newest = newest_commits(spark, table, head - known)
    between = [commit for commit in newest if commit.version < version]
    return bool(unknown_commits(between, state))


def unknown_commits(commits: Sequence[Commit], state: TableState) -> list[Commit]:
    """Return the commits outside of voids that the ledger does not have or another writer made.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> foreign = Commit(4, 0, "DELETE", {}, {})
    >>> [commit.version for commit in unknown_commits([foreign], TableState("bronze.a"))]
    [4]
    >>> unknown_commits([foreign], TableState("bronze.a", voids=[(4, 5)]))
    []
    """
    live = [commit for commit in commits if not is_void(commit, state)]
    return [
        commit
        for commit in live
        if is_foreign(commit)
        or (is_own(commit, state.table) and is_missing(commit, state))
    ]
