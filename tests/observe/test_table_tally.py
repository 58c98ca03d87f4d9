"""What becomes of a table over all its batches of a run."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from lakesmith.batch.counts import Counts
from lakesmith.batch.record import BatchRecord
from lakesmith.errors import InputError
from lakesmith.observe.results import Parked, TableResult
from lakesmith.observe.run_records import state_of
from lakesmith.observe.table_tally import Tally, describe
from lakesmith.quality.check_result import CheckResult

FAILED = CheckResult("price_sane", "price", "fail", "fail", 3)
UNMADE = CheckResult("day_given", "day", "warn", "error", 0, "no such column")


def record(version: int, read: int, *results: CheckResult) -> BatchRecord:
    return BatchRecord(version, Counts(read=read, accepted=read), results, (), recomputed=False)


def tally(*records: BatchRecord, on_refusal: str = "stop") -> Tally:
    made = Tally("silver.a", seconds=1.23456)
    for one in records:
        made.add(MagicMock(on_refusal=on_refusal), one)
    return made


def test_counts_are_added_and_the_last_batch_gives_version_and_check_results() -> None:
    result = tally(record(4, 2, FAILED), record(5, 3)).result()
    assert (result.batches, result.counts.read, result.version, result.seconds) == (2, 5, 5, 1.235)
    assert result.verdicts == ()


@pytest.mark.parametrize(
    ("made", "blocked_by", "state"),
    [
        (tally(), "", "nothing_new"),
        (tally(), "bronze.a failed", "skipped"),
        (tally(record(4, 2)), "bronze.a failed", "done"),
        (tally(record(4, 2, FAILED)), "", "refused"),
        (tally(record(4, 2, FAILED), on_refusal="keep_last_good"), "", "kept_last_good"),
        (tally(record(4, 2, FAILED), record(5, 3), on_refusal="publish_and_alert"), "", "alerted"),
        (tally(record(4, 2, UNMADE)), "", "done"),
        (Tally("silver.a", error=ValueError("x")), "", "failed"),
    ],
)
def test_the_worst_that_came_to_a_table_is_its_state(made: Tally, blocked_by: str, state: str) -> None:
    assert made.state(blocked_by) == state


def test_the_error_names_what_blocks_a_table_or_which_check_was_not_made() -> None:
    assert tally().result("bronze.a failed").error == "bronze.a failed"
    assert "no such column" in tally(record(4, 2, UNMADE)).result().error


def test_an_error_with_a_code_keeps_it() -> None:
    error = InputError("no such directory", code="LS201", hint="create it")
    assert describe("bronze.a", error) == "LS201 no such directory\n  where: bronze.a\n  next:  create it"


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (("done", "failed", "refused"), "failed"),
        (("done", "refused"), "refused"),
        (("nothing_new", "done"), "done"),
        (("nothing_new", "skipped"), "nothing_new"),
    ],
)
def test_the_worst_table_is_the_state_of_the_run(states: tuple[str, ...], state: str) -> None:
    assert state_of([TableResult("gold.a", one) for one in states]) == state  # type: ignore[arg-type]


def test_parked_inputs_degrade_a_run() -> None:
    parked = TableResult("bronze.a", "done", parked=(Parked("sources.a", "in/1.csv", "cut"),))
    assert state_of([parked, TableResult("gold.a", "done")]) == "degraded"
