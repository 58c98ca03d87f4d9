"""Move the ledger and readers to versions that hold the same rows in better files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.ledger.commit_walk import is_void
from lakesmith.ledger.events import LedgerEvent
from lakesmith.ledger.rebuild_from_commits import is_missing, is_own
from lakesmith.ledger.store import Ledger, published_event
from lakesmith.maintain.retained_versions import change_of_another_writer, unfinished
from lakesmith.runs.finish import publish_beside
from lakesmith.tables.delta_log.history import newest_commits, newest_version

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.observe.run_records import RunFacts
    from lakesmith.tables.ref import TableRef


def publish_maintained(
    facts: RunFacts, spark: SparkSession, ledger: Ledger, names: Iterable[str]
) -> int | None:
    """Write down the versions that maintenance made, and publish those whose rows are public.

    Returns
    -------
    int or None
        The publication, if anything is public.

    Notes
    -----
    Written down first: when it ends in between, the next run publishes. When it ends before, the
    tables are as after another OPTIMIZE, and the next maintenance writes them down.
    """
    events = [
        event
        for name in names
        if (event := _maintained_event(spark, facts.ref(name), ledger.state(name)))
    ]
    known = dict(ledger.published["tables"])
    moved = {
        one.table: one.payload["version"]
        for one in events
        if known.get(one.table) == one.payload["from"]
    }
    ledger.stage(*events)
    ledger.flush(spark)
    if moved:
        made = publish_beside(facts, spark, known, {**known, **moved})
        ledger.stage(published_event(made))
        ledger.flush(spark)
    return ledger.published["id"] or None


def _maintained_event(
    spark: SparkSession, table: TableRef, state: TableState
) -> LedgerEvent | None:
    """Return the event that moves a table to its newest version.

    None when it is there, when a batch was begun or came meanwhile, and when others changed rows.
    """
    if (
        state.version is None
        or unfinished(state)
        or change_of_another_writer(spark, table, state)
    ):
        return None
    head = newest_version(spark, table)
    newer = (
        newest_commits(spark, table, head - state.version)
        if head > state.version
        else []
    )
    live = [commit for commit in newer if not is_void(commit, state)]
    if not newer or any(
        is_own(commit, table.name) and is_missing(commit, state) for commit in live
    ):
        return None
    payload = {"from": state.version, "version": head}
    return LedgerEvent("maintained", table.name, state.epoch, state.batch, payload)
