"""Adopt what the tables hold and the ledger does not know, from the metadata of their commits.

A ledger may be lost, or put back from an older copy. Every commit records in its ``userMetadata``
which batch it is and what it read, so the log of a table is a second ledger.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.events import (
    LedgerEvent,
    done_event,
    intent_event,
    landed_events,
)
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.publications import newest
from lakesmith.ledger.restore import RESTORE
from lakesmith.ledger.store import Ledger, published_event
from lakesmith.sources.registry import source_of
from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project

APP_ID = re.compile(
    r"lakesmith/[^/]+/(?P<table>[^/]+)/(?P<epoch>\d+)/"
    r"(?P<purpose>main|backfill:[^/]+|replay:\d+|restore)"
)


@dataclass(frozen=True)
class Adoption:
    """Compares the newest commit of each table with the ledger, and adopts where they differ."""

    spark: SparkSession
    project: Project
    ledger: Ledger
    repairing: Collection[str] = ()

    def run(self) -> tuple[str, ...]:
        """Stage what the ledger does not know, and return the tables concerned.

        Raises
        ------
        LedgerError
            LS602 when a table has no commit of ours and the ledger does not know it; LS613 when the
            ledger knows a table that is deleted; LS614 when it knows a newer version than there is.
        """
        is_lost = not self.ledger.rows
        published = (
            newest(self.spark, self._ref("ops.published")) if is_lost else {"id": 0}
        )
        if published["id"]:
            self.ledger.stage(published_event(published))
        return tuple([name for name in self.project.table_names() if self._adopt(name)])

    def _adopt(self, name: str) -> bool:
        table = self._ref(name)
        state = self.ledger.state(name)
        if not table.exists(self.spark):
            if name not in self.repairing:
                _require_unknown(state, table)
            return False
        if not self._may_differ(table, state):
            return False
        head = newest_commits(self.spark, table, 1)[0]
        if name not in self.repairing:
            _require_not_behind(state, head, table)
        if head.version == state.version or (
            is_own(head, name) and not is_missing(head, state)
        ):
            return False
        return self._adopt_commits(
            table, state, newest_commits(self.spark, table, LOOK_BACK)
        )

    def _may_differ(self, table: TableRef, state: TableState) -> bool:
        """Return whether to look at the log, which needs a Spark job where the table is not local.

        There it is looked at only when a batch was lost to another writer.
        """
        return (
            table.local is not None
            or not self.ledger.rows
            or state.batch > state.closed
        )

    def _adopt_commits(
        self, table: TableRef, state: TableState, newest_first: Sequence[Commit]
    ) -> bool:
        own = [commit for commit in newest_first if is_own(commit, table.name)]
        if not own and not state.closed:
            raise _foreign(table)
        missing = [commit for commit in reversed(own) if is_missing(commit, state)]
        if not missing:
            return False
        is_whole = state.closed > 0 and not any(
            "count" in commit.metadata.get("input", ()) for commit in missing
        )
        self.ledger.stage(*self._events(table.name, missing, is_known=state.closed > 0))
        if not is_whole:
            self._count_landed(table)
        return True

    def _events(
        self, name: str, missing: Sequence[Commit], is_known: bool
    ) -> Iterator[LedgerEvent]:
        """Turn commits into events.

        The newest batch stays open, so that it is inspected and closed like any retry.
        """
        for commit in missing:
            metadata = commit.metadata
            if metadata["app_id"].endswith(RESTORE):
                payload = {
                    "version": metadata["version"],
                    "void": [metadata["void_from"], commit.version],
                }
                payload["back_to"] = metadata["back_to"]
                yield LedgerEvent(
                    "restored",
                    name,
                    metadata["epoch"],
                    metadata["batch"],
                    payload,
                    metadata["run_id"],
                )
                continue
            intent = Intent.from_dict(
                name, metadata["epoch"], metadata["batch"], dict(metadata)
            )
            if intent.first and is_known:
                yield LedgerEvent(
                    "rebuild", name, intent.epoch, intent.batch, {}, metadata["run_id"]
                )
            is_known = True
            if commit is missing[-1] and "count" not in metadata["input"]:
                yield intent_event(intent)
            else:
                yield replace(
                    done_event(intent, commit.version, refused=False),
                    run_id=metadata["run_id"],
                )

    def _count_landed(self, table: TableRef) -> None:
        """Count as read what bronze holds, since commits are cut short and logs are cleaned."""
        source = source_of(self.project, table.name)
        state = self.ledger.state(table.name)
        position = state.positions.get(source.key, {})
        begun = state.open.input if state.open else None
        same = begun if begun and begun.kind == source.kind else None
        piece = source.landed(self.spark, table, position, same)
        if piece is not None:
            self.ledger.stage(*landed_events(state, source, piece))

    def _ref(self, name: str) -> TableRef:
        return project_table(self.project, name)


def is_own(commit: Commit, table: str) -> bool:
    """Return whether a commit is a batch of this table, or the undoing of one."""
    found = APP_ID.fullmatch(str(commit.metadata.get("app_id", "")))
    return found is not None and found["table"] == table


def is_missing(commit: Commit, state: TableState) -> bool:
    """Return whether the ledger lacks an own commit that is not the batch it has open."""
    metadata = commit.metadata
    if metadata["app_id"].endswith(RESTORE):
        return bool(metadata["epoch"] > state.epoch)
    if state.open is not None and state.open.digest == metadata["digest"]:
        return False
    return (metadata["epoch"], metadata["batch"]) > (state.epoch, state.closed)


def _require_unknown(state: TableState, table: TableRef) -> None:
    if state.version is not None:
        raise LedgerError(
            f"{table.name} is missing: the ledger knows version {state.version} of it",
            code="LS613",
            where=table.location,
            hint="put the table back, or rebuild it by"
            f" `lakesmith run --rebuild --select {table.name}`",
        )


def _require_not_behind(state: TableState, head: Commit, table: TableRef) -> None:
    lost = next(
        (
            mark
            for mark in state.marks
            if mark.version is not None and mark.version > head.version
        ),
        None,
    )
    if lost is not None:
        raise LedgerError(
            f"{table.name} ends at version {head.version}, the ledger knows version"
            f" {state.version}: commits were lost",
            code="LS614",
            where=table.location,
            hint=f"put the commits back, or `lakesmith rollback --run {lost.run_id}` and run again",
        )


def _foreign(table: TableRef) -> LedgerError:
    return LedgerError(
        f"{table.name} exists, but neither the ledger nor the table's own log records what was"
        " read into it",
        code="LS602",
        where=table.location,
        hint="restore the ledger, or move the table away to build it from scratch;"
        " nothing was changed",
    )
