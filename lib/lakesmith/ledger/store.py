"""Keep the ledger, a small Delta table of intents and dones that has the state of every table."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.events import LEDGER, SCHEMA_VERSION, LedgerEvent, compacted, fold
from lakesmith.ledger.state import TableState
from lakesmith.tables.ops_table import OpsTable

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

COMPACT_ABOVE = 400


@dataclass
class Ledger:
    """The folded ledger of a warehouse and the place to append to.

    `published` is the newest publication that the ledger knows, as ``{"id": n, "tables": {name:
    version}}``. `dones` are the batches closed since it was compacted, with their sequence.
    `consumers` is what the newest event of each consumer says: how far it has read which tables.
    """

    table: OpsTable
    run_id: str
    states: dict[str, TableState] = field(default_factory=dict)
    published: dict[str, Any] = field(default_factory=lambda: {"id": 0, "tables": {}})
    seq: int = 0
    rows: int = 0
    staged: list[LedgerEvent] = field(default_factory=list)
    dones: list[tuple[int, LedgerEvent]] = field(default_factory=list)
    consumers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def state(self, name: str) -> TableState:
        """Return the state of a table, a fresh one when the ledger does not know it."""
        return self.states.setdefault(name, TableState(name))

    @property
    def versions(self) -> dict[str, int]:
        """The version of each table that may be read, which is the newest accepted one."""
        return {
            name: state.version
            for name, state in self.states.items()
            if state.version is not None
        }

    @property
    def is_published(self) -> bool:
        """Whether these versions are published already."""
        return bool(self.versions == self.published["tables"])

    def stage(self, *events: LedgerEvent) -> None:
        """Fold events now and keep them for the next commit."""
        signed = [
            replace(event, run_id=event.run_id or self.run_id) for event in events
        ]
        for event in signed:
            self._fold(event)
        self.staged.extend(signed)

    def flush(self, spark: SparkSession) -> None:
        """Write the staged events in one commit, if there are any."""
        rows = [
            event.row(self.seq + index + 1, self.run_id)
            for index, event in enumerate(self.staged)
        ]
        if not rows:
            return
        self.table.append(spark, rows)
        self.seq = self.seq + len(rows)
        self.rows = self.rows + len(rows)
        self.staged.clear()

    def _fold(self, event: LedgerEvent) -> None:
        if event.event == "published":
            self.published = event.payload
        elif event.event == "consumer":
            self.consumers[event.payload["name"]] = event.payload
        else:
            fold(self.states, event)

    def compact(self, spark: SparkSession) -> None:
        """Replace many events by the fewest with the same meaning, in one atomic commit."""
        if self.rows <= COMPACT_ABOVE:
            return
        events = [
            *compacted(self.states.values()),
            published_event(self.published),
            *[consumer_event(one) for one in self.consumers.values() if one["tables"]],
        ]
        if len(events) * 2 > self.rows:
            return
        if (
            len(self.table.read(spark)) != self.rows
        ):  # another run has written since: it compacts, or the next one
            return
        rows = [
            event.row(self.seq + index + 1, self.run_id)
            for index, event in enumerate(events)
        ]
        self.table.replace(spark, rows)
        self.seq = self.seq + len(rows)
        self.rows = len(rows)


def published_event(published: dict[str, Any]) -> LedgerEvent:
    """Return the event that remembers a publication.

    Examples
    --------
    >>> published_event({"id": 4, "tables": {"bronze.a": 7}}).batch
    4
    """
    return LedgerEvent("published", "", 0, published["id"], published)


def consumer_event(consumer: dict[str, Any]) -> LedgerEvent:
    """Return the event that remembers how far a consumer has read tables.

    Examples
    --------
    >>> consumer_event({"name": "feed", "tables": {"gold.a": 7}}).payload["tables"]
    {'gold.a': 7}
    """
    return LedgerEvent("consumer", "", 0, 0, consumer)


def read_ledger(spark: SparkSession | None, table: TableRef, run_id: str) -> Ledger:
    """Read the ledger of a warehouse and fold it.

    Parameters
    ----------
    spark : SparkSession, optional
        Not needed on a local path.
    table : TableRef
        The ledger.
    run_id : str
        The run that will append.

    Raises
    ------
    LedgerError
        LS603 when a newer version of Lakesmith wrote it.
    """
    ledger = Ledger(OpsTable(table, LEDGER), run_id)
    rows = sorted(ledger.table.read(spark), key=lambda row: int(row["seq"]))
    newest = max((row["schema_version"] for row in rows), default=SCHEMA_VERSION)
    if newest > SCHEMA_VERSION:
        raise LedgerError(
            f"the ledger has schema version {newest}",
            code="LS603",
            hint="update lakesmith",
        )
    for row in rows:
        _fold_row(ledger, row)
    ledger.seq = max((row["seq"] for row in rows), default=0)
    ledger.rows = len(rows)
    return ledger


def _fold_row(ledger: Ledger, row: dict[str, Any]) -> None:
    try:
        payload = json.loads(row["payload"])
        event = LedgerEvent(
            row["event"],
            row["table"],
            row["epoch"],
            row["batch"],
            payload,
            row["run_id"],
        )
        ledger._fold(event)
        if event.event == "done":
            ledger.dones.append((row["seq"], event))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError(
            f"row {row['seq']} of the ledger ({row['event']} of {row['table'] or 'the lake'})"
            " makes no sense",
            code="LS615",
            where=ledger.table.ref.location,
            hint="another writer edited it: RESTORE the ledger to the version before, or move its"
            " directory away: it is read from the tables' own commits then",
        ) from error
