"""Record the runs that ended before they wrote their records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from itertools import groupby
from json import dumps
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.batch.counts import Counts
from lakesmith.ledger.identity import positions
from lakesmith.ledger.intent import Intent
from lakesmith.observe.records import SCHEMA_VERSION
from lakesmith.observe.refusals import REFUSALS
from lakesmith.observe.run_records import RECORDER, RECORDS, RunFacts
from lakesmith.observe.table_tally import total
from lakesmith.quality.check_result import describe_problems, refuses
from lakesmith.tables.ops_table import OpsTable

if TYPE_CHECKING:
    from lakesmith.ledger.events import LedgerEvent
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.results import TableOutcome

Rows = list[dict[str, Any]]


def record_interrupted(
    facts: RunFacts, spark: SparkSession | None, ledger: Ledger
) -> None:
    """Append the batches that interrupted runs closed to the ops tables, exactly once.

    Parameters
    ----------
    facts : RunFacts
    spark : SparkSession, optional
        Not needed on a local path.
    ledger : Ledger

    Notes
    -----
    On local paths only: elsewhere several runs may be at work, and one without records may be
    alive. The profile of such a batch is not recorded, it was in the memory of its run.
    """
    for name, rows_of in (("runs", _run_rows), ("checks", _check_rows)):
        table = OpsTable(facts.ref(f"ops.{name}"), RECORDS[name])
        known = table.last_id(RECORDER)
        if known is None:
            return
        unrecorded = [
            event
            for seq, event in ledger.dones
            if seq > known and "record" in event.payload
        ]
        table.append(spark, rows_of(unrecorded), (RECORDER, ledger.seq))


def _run_rows(dones: Sequence[LedgerEvent]) -> Rows:
    """Return one row a run and table, as far as the ledger knows."""
    groups = groupby(sorted(dones, key=_run_and_table), key=_run_and_table)
    return [_run_row([*events]) for _, events in groups]


def _run_row(dones: Sequence[LedgerEvent]) -> dict[str, Any]:
    last = dones[-1]
    records = [event.payload["record"] for event in dones]
    counts = total(Counts(**record["counts"]) for record in records)
    results = [result for record in records for result in record["verdicts"]]
    return _common(last) | {
        "started_at": _started_at(last.run_id),
        "state": _state(last),
        "run_state": "interrupted",
        "batches": len(dones),
        "version": records[-1]["version"],
        **counts.__dict__,
        "recomputed": any(record["recomputed"] for record in records),
        "positions": dumps([positions(_intent(event)) for event in dones]),
        "error": describe_problems(results) or None,
    }


def _state(last: LedgerEvent) -> TableOutcome:
    verdicts = last.payload["record"]["verdicts"]
    if not any(refuses(verdict) for verdict in verdicts):
        return "done"
    refusal = REFUSALS[_intent(last).on_refusal]
    is_so = refusal.publishes or last.payload["refused"]
    return refusal.outcome if is_so else "done"


def _started_at(run_id: str) -> datetime:
    started = datetime.strptime(run_id[:15], "%Y%m%dT%H%M%S")
    return started.replace(tzinfo=timezone.utc)


def _check_rows(dones: Sequence[LedgerEvent]) -> Rows:
    return [
        _common(event) | {"batch": event.batch} | result
        for event in dones
        for result in event.payload["record"]["verdicts"]
    ]


def _run_and_table(event: LedgerEvent) -> tuple[str, str]:
    return event.run_id, event.table


def _common(event: LedgerEvent) -> dict[str, Any]:
    run_time = datetime.fromisoformat(_intent(event).run_time)
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": event.run_id,
        "table": event.table,
        "run_time": run_time,
    }


def _intent(event: LedgerEvent) -> Intent:
    return Intent.from_dict(
        event.table, event.epoch, event.batch, event.payload["intent"]
    )
