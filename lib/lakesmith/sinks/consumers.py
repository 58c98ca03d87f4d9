"""Record how far consumers outside the lake have read tables, and protect what they need."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.store import Ledger, consumer_event
from lakesmith.sources.live_versions import live_spans


class Consumer(Protocol):
    """Read published versions of tables outside the lake, such as a sink or an online store.

    Notes
    -----
    `follows_changes` is True where it takes over updated and deleted rows too. A consumer that
    only takes added rows cannot take them back, so it forbids rollbacks and backfills of what it
    has read.
    """

    @property
    def name(self) -> str:
        """Return the name under which the ledger keeps its positions."""

    @property
    def follows_changes(self) -> bool:
        """Return whether it takes over updated and deleted rows."""

    def positions(self) -> Mapping[str, int]:
        """Return the version up to which it has read each of its tables."""


@dataclass(frozen=True)
class ConsumerPosition:
    """Name the version up to which a consumer has read a table."""

    consumer: str
    table: str
    version: int
    follows_changes: bool

    def __str__(self) -> str:
        """Return it in words.

        Examples
        --------
        >>> str(ConsumerPosition("feed", "gold.a", 7, False))
        "consumer 'feed' has read version 7 of gold.a"
        """
        return f"consumer '{self.consumer}' has read version {self.version} of {self.table}"


def record_consumer(spark: SparkSession, ledger: Ledger, consumer: Consumer) -> None:
    """Write the positions of a consumer to the ledger, in place of those before.

    Parameters
    ----------
    spark : SparkSession
    ledger : Ledger
        As `open_ledger` returns it, under the lock of the project.
    consumer : Consumer
        Without a position it holds nothing any more.

    Notes
    -----
    One commit of the ledger. A consumer records its positions after it has taken over the rows.
    """
    payload = {
        "name": consumer.name,
        "follows_changes": consumer.follows_changes,
        "tables": dict(consumer.positions()),
    }
    ledger.stage(consumer_event(payload))
    ledger.flush(spark)


def positions_on(
    consumers: Mapping[str, Mapping[str, Any]], table: str
) -> Iterator[ConsumerPosition]:
    """Yield the positions of all consumers of a table.

    Parameters
    ----------
    consumers : mapping
        As the ledger keeps them.
    table : str

    Examples
    --------
    >>> feed = {"name": "feed", "follows_changes": True, "tables": {"gold.a": 7}}
    >>> [position.version for position in positions_on({"feed": feed}, "gold.a")]
    [7]
    """
    for name, consumer in sorted(consumers.items()):
        version = consumer["tables"].get(table)
        if version is not None:
            follows = bool(consumer["follows_changes"])
            yield ConsumerPosition(name, table, version, follows)


def guard_rollback(ledger: Ledger, back_to: Mapping[str, int | None]) -> None:
    """Refuse a rollback of rows that a consumer has read and cannot take back.

    Parameters
    ----------
    ledger : Ledger
    back_to : mapping of str to int or None
        The version that each table returns to; None when all its rows are undone.

    Raises
    ------
    LedgerError
        LS617 when a consumer that only takes added rows has read a version that is undone.

    Notes
    -----
    A consumer that follows changes reads the undo as a change, so the log only names it.

    Examples
    --------
    >>> from lakesmith.tables.ops_table import OpsTable
    >>> from lakesmith.tables.ref import TableRef
    >>> ledger = Ledger(OpsTable(TableRef("ops.ledger", "/lake"), ""), "r1")
    >>> feed = {"name": "feed", "follows_changes": False, "tables": {"gold.a": 7}}
    >>> ledger.stage(consumer_event(feed))
    >>> guard_rollback(ledger, {"gold.a": 7})
    >>> guard_rollback(ledger, {"gold.a": 5})
    Traceback (most recent call last):
    ...
    lakesmith.errors.LedgerError: LS617 consumer 'feed' has read version 7 of gold.a, which the
    rollback would undo
      where: gold.a
      next:  take those rows back there, record the consumer at version 5 and roll back again
    """
    undone = [
        position
        for table, version in back_to.items()
        for position in positions_on(ledger.consumers, table)
        if _has_read_past(ledger, position, version)
    ]
    for position in undone:
        if not position.follows_changes:
            raise LedgerError(
                f"{position}, which the rollback would undo",
                code="LS617",
                where=position.table,
                hint="take those rows back there, record the consumer at version "
                f"{back_to[position.table]} and roll back again",
            )
    for position in undone:
        logging.getLogger("lakesmith").warning("%s, which is undone", position)


def guard_backfill(ledger: Ledger, tables: Collection[str]) -> None:
    """Refuse a backfill of rows that a consumer cannot take back.

    Parameters
    ----------
    ledger : Ledger
    tables : collection of str

    Raises
    ------
    LedgerError
        LS617 when a consumer that only takes added rows reads one of the tables.

    Examples
    --------
    >>> from lakesmith.tables.ops_table import OpsTable
    >>> from lakesmith.tables.ref import TableRef
    >>> ledger = Ledger(OpsTable(TableRef("ops.ledger", "/lake"), ""), "r1")
    >>> feed = {"name": "feed", "follows_changes": True, "tables": {"gold.a": 7}}
    >>> ledger.stage(consumer_event(feed))
    >>> guard_backfill(ledger, ["gold.a"])
    """
    for table in tables:
        for position in positions_on(ledger.consumers, table):
            if not position.follows_changes:
                raise LedgerError(
                    f"{position} and only takes added rows, so recomputed rows would come twice",
                    code="LS617",
                    where=table,
                    hint="let the consumer follow changes, or remove its position and let it "
                    "read the table again",
                )


def _has_read_past(
    ledger: Ledger, position: ConsumerPosition, version: int | None
) -> bool:
    if version is None:
        return True
    voids = ledger.state(position.table).voids
    return bool(live_spans(version, position.version, voids))
