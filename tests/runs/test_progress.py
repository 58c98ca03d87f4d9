"""What a batch comes to: its table's state, the tables that wait for it, and the event."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from lakesmith.batch.counts import Counts
from lakesmith.batch.record import BatchRecord
from lakesmith.ledger.intent import Intent
from lakesmith.observe.events import BatchFailed, BatchRefused, BatchWritten, InputParked, RunEvent
from lakesmith.observe.run_records import facts_of
from lakesmith.quality.check_result import CheckResult
from lakesmith.runs.batch_runner import BatchOutcome
from lakesmith.runs.progress import Progress
from lakesmith.sources.files.position import files_slice
from lakesmith.sources.slices import ParkedPart
from lakesmith.spec.model.checks import check_from
from tests.shop import TABLES, Shop

INTENT = Intent(
    "bronze.orders", 1, 4, "2026-01-01T00:00:00+00:00", "hash", files_slice("orders", [("in/a.csv", 12, 1700)])
)
FAILED = CheckResult("price_sane", "price", "fail", "fail", 3)


@pytest.fixture
def events() -> list[RunEvent]:
    """What observers saw."""
    return []


@pytest.fixture
def progress(tmp_path: Path, events: list[RunEvent]) -> Progress:
    """All tables of the shop, none of which had a batch; no Spark."""
    project = Shop(tmp_path / "shop", MagicMock()).lake.project
    progress = Progress(facts_of(project, None, events.append))
    progress.begin(TABLES)
    return progress


def written(*results: CheckResult) -> BatchOutcome:
    counts = Counts(read=5, accepted=5)
    record = BatchRecord(7, counts, results, (), False, metrics={"numOutputRows": 5}, schema={"id": "bigint"})
    return BatchOutcome(INTENT, record, None, 0.5)


def states(progress: Progress) -> list[str]:
    return [progress.result(table).state for table in TABLES]


def test_a_batch_that_was_written_is_reported_with_version_metrics_and_schema(
    progress: Progress, events: list[RunEvent]
) -> None:
    progress.close(written())
    (event,) = events
    assert isinstance(event, BatchWritten)
    assert (event.table, event.batch, event.version, event.counts.accepted, event.seconds) == (
        "bronze.orders", 4, 7, 5, 0.5,
    )  # fmt: skip
    assert (event.metrics, event.schema) == ({"numOutputRows": 5}, {"id": "bigint"})
    assert event.positions["files"] == [["in/a.csv", 12, 1700]]
    assert event.result.state == "done"
    assert progress.blocked == {}


def test_a_refused_batch_blocks_what_reads_its_table(progress: Progress, events: list[RunEvent]) -> None:
    progress.close(written(FAILED))
    (event,) = events
    assert isinstance(event, BatchRefused)
    assert event.version == 7
    assert states(progress) == ["refused", "skipped", "skipped", "skipped"]
    assert progress.result("gold.daily").error == "bronze.orders was refused"


def test_an_error_is_reported_with_its_code(progress: Progress, events: list[RunEvent]) -> None:
    progress.fail("bronze.orders", ValueError("disk full"))
    progress.close(BatchOutcome(INTENT, None, ValueError("disk full"), 0.5))
    (event,) = events
    assert isinstance(event, BatchFailed)
    assert event.error.startswith("LS701 bronze.orders failed: ValueError: disk full")
    assert states(progress) == ["failed", "skipped", "skipped", "skipped"]


def test_the_first_reason_stays(progress: Progress) -> None:
    progress.fail("bronze.orders", ValueError("disk full"))
    progress.fail("silver.orders", ValueError("disk full"))
    assert progress.blocked["gold.daily"] == "bronze.orders failed"


def test_a_parked_input_is_reported_and_known(progress: Progress, events: list[RunEvent]) -> None:
    progress.park("bronze.orders", [ParkedPart("in/a.csv", "cut", [12, 1700])])
    assert events == [InputParked(progress.facts.run_id, "bronze.orders", "sources.orders", "in/a.csv", "cut")]
    assert progress.parked("bronze.orders") == {"in/a.csv"}


def test_a_refused_table_blocks_those_whose_checks_compare_with_it(tmp_path: Path, events: list[RunEvent]) -> None:
    project = Shop(tmp_path / "shop", MagicMock()).lake.project
    fields = {"id": "c", "check": "references", "columns": ["sku"], "table": "silver.lines", "max": 0}
    orders = project.table("silver.orders").model_copy(update={"checks": (check_from(fields),)})
    silver = {**project.tables["silver"], "orders": orders}
    compared = project.model_copy(update={"tables": {**project.tables, "silver": silver}})
    progress = Progress(facts_of(compared, None, events.append))
    progress.begin(TABLES)
    outcome = written(CheckResult("c", "", "fail", "fail", 1))
    progress.close(replace(outcome, intent=replace(INTENT, table="silver.lines")))
    assert set(progress.blocked) == {"silver.lines", "silver.orders", "gold.daily"}
