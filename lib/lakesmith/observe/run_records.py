"""Record the result of a run and its rows in the ops tables."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pyspark.sql import SparkSession

from lakesmith.ledger.identity import positions
from lakesmith.observe.records import CHECKS, PROFILES, RUNS, SCHEMA_VERSION
from lakesmith.observe.refusals import ALERTING
from lakesmith.observe.results import RunOutcome, RunResult, TableResult
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.batch.record import BatchRecord
    from lakesmith.ledger.intent import Intent
    from lakesmith.observe.observers import Observer
    from lakesmith.observe.table_tally import Tally
    from lakesmith.spec.model import Project

# Its ids are the sequence of the ledger up to which runs are recorded.
RECORDER = "lakesmith/records"
RECORDS = {"runs": RUNS, "checks": CHECKS, "profiles": PROFILES}


def now() -> str:
    """Return the clock as ISO in UTC.

    Examples
    --------
    >>> now().endswith("+00:00")
    True
    """
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class RunFacts:
    """What is fixed when a run starts.

    `run_time` is the recorded "now" of the rows, `started_at` the clock.
    """

    project: Project
    run_id: str
    run_time: str
    on_event: Observer
    started_at: str = field(default_factory=now)
    started: float = field(default_factory=time.monotonic)

    def ref(self, name: str) -> TableRef:
        """Return the reference of a table.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.spec.model import Project
        >>> facts_of(Project(name="shop"), None, NO_OBSERVERS).ref("gold.a").name
        'gold.a'
        """
        return project_table(self.project, name)

    def result(self, tables: Sequence[TableResult], published: int | None) -> RunResult:
        """Return the result of the run, whose state is the worst state of a table.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.spec.model import Project
        >>> facts = facts_of(Project(name="shop"), None, NO_OBSERVERS)
        >>> facts.result([TableResult("gold.a", "failed")], published=None).state
        'failed'
        """
        seconds = round(time.monotonic() - self.started, 3)
        return RunResult(
            self.run_id, state_of(tables), tuple(tables), published, seconds
        )


def facts_of(project: Project, run_time: str | None, on_event: Observer) -> RunFacts:
    """Begin a run with its id and its recorded "now".

    Parameters
    ----------
    project : Project
    run_time : str, optional
        The clock when left out.
    on_event : Observer
    """
    return RunFacts(project, new_run_id(), run_time or now(), on_event)


def new_run_id() -> str:
    """Return an id that begins with the time, so that ids sort as runs started.

    Examples
    --------
    >>> len(new_run_id())
    22
    """
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"


def state_of(tables: Sequence[TableResult]) -> RunOutcome:
    """Return the state of a run from those of its tables.

    The first that holds: failed, refused, degraded if any input was parked or a check refused a
    table that does not stop the run, done or nothing_new.

    Examples
    --------
    >>> state_of([TableResult("silver.a", "done"), TableResult("gold.b", "nothing_new")])
    'done'
    """
    states = {table.state for table in tables}
    if "failed" in states:
        return "failed"
    if "refused" in states:
        return "refused"
    if any(table.parked for table in tables) or states.intersection(ALERTING):
        return "degraded"
    return "done" if "done" in states else "nothing_new"


def write_records(
    facts: RunFacts,
    spark: SparkSession | None,
    result: RunResult,
    tallies: Mapping[str, Tally] | None = None,
    upto: int = 0,
) -> None:
    """Append the run, its check results and its profile to the ops tables.

    Parameters
    ----------
    facts : RunFacts
    spark : SparkSession, optional
        Not needed on a local path.
    result : RunResult
    tallies : mapping of str to Tally, optional
        The batches of each table.
    upto : int
        The sequence of the ledger up to which these rows record all batches, where one run at a
        time has the warehouse.
    """
    known = tallies or {}
    batches = [batch for tally in known.values() for batch in tally.records]
    rows = {
        "runs": [
            _run_row(facts, result, table, known.get(table.table))
            for table in result.tables
        ],
        "checks": [
            *(row for batch in batches for row in _check_rows(*batch)),
            *(row for tally in known.values() for row in _audit_rows(tally)),
        ],
        "profiles": [row for batch in batches for row in _profile_rows(*batch)],
    }
    common = {
        "schema_version": SCHEMA_VERSION,
        "run_id": facts.run_id,
        "run_time": datetime.fromisoformat(facts.run_time),
    }
    for name, schema in RECORDS.items():
        table = OpsTable(facts.ref(f"ops.{name}"), schema)
        recorded = table.last_id(RECORDER) if upto else None
        is_newer = recorded is not None and upto > recorded
        signed = [row | common for row in rows[name]]
        table.append(spark, signed, (RECORDER, upto) if is_newer else None)


def _check_rows(intent: Intent, record: BatchRecord) -> Iterator[dict[str, Any]]:
    for verdict in record.verdicts:
        yield asdict(verdict) | {"table": intent.table, "batch": intent.batch}


def _audit_rows(tally: Tally) -> Iterator[dict[str, Any]]:
    for verdict in tally.audits:
        yield asdict(verdict) | {"table": tally.table, "batch": None}


def _profile_rows(intent: Intent, record: BatchRecord) -> Iterator[dict[str, Any]]:
    batch = {"table": intent.table, "batch": intent.batch, "version": record.version}
    for row in record.profile:
        yield dict(row) | batch


def _run_row(
    facts: RunFacts, result: RunResult, table: TableResult, tally: Tally | None
) -> dict[str, Any]:
    records = tally.records if tally else []
    return {
        "table": table.table,
        "started_at": datetime.fromisoformat(facts.started_at),
        "state": table.state,
        "run_state": result.state,
        "batches": table.batches,
        "version": table.version,
        **asdict(table.counts),
        "seconds": table.seconds,
        "recomputed": any(record.recomputed for _, record in records),
        "parked": "\n".join(f"{one.path}: {one.reason}" for one in table.parked)
        or None,
        "positions": json.dumps([positions(intent) for intent, _ in records])
        if records
        else None,
        "published": result.published,
        "error": table.error or None,
    }
