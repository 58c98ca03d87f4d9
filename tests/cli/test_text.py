from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from lakesmith.batch.counts import Counts
from lakesmith.cli.json_output import plain
from lakesmith.cli.progress import LiveView, warn_if_degraded
from lakesmith.cli.table import aligned
from lakesmith.cli.text import plan_text, result_text
from lakesmith.observe.events import BatchFinished, BatchStarted
from lakesmith.observe.results import Parked, Plan, PlannedTable, RunResult, TableResult


def test_a_long_value_is_neither_wrapped_nor_cut() -> None:
    assert aligned([{"name": "x" * 500, "n": 1}]).splitlines()[1] == "x" * 500 + "  1"


def test_columns_are_aligned_and_have_no_trailing_blanks() -> None:
    rows = [{"name": "a", "n": Decimal("10.5"), "note": "long"}, {"name": "bcd", "n": None, "note": ""}]
    assert aligned(rows) == "name     n  note\na     10.5  long\nbcd"


def test_a_line_break_in_a_value_stays_on_its_line() -> None:
    assert aligned([{"name": "two\nlines"}]) == "name\ntwo\\nlines"


def test_json_has_no_values_that_json_lacks() -> None:
    value = {"nan": float("nan"), "at": datetime(2011, 1, 1, 8), "inside": [{"d": Decimal("0.10")}]}
    assert plain(value) == {"nan": "nan", "at": "2011-01-01T08:00:00", "inside": [{"d": "0.10"}]}


def test_a_plan_ends_with_extra_scans_and_notes() -> None:
    table = PlannedTable("gold.a", 1, "append", ("silver.a",), "nothing", extra_scans=("unique",), notes=("changed",))
    assert plan_text(Plan((table,))).splitlines()[2:] == ["extra scan for gold.a: unique", "note on gold.a: changed"]


def test_parked_inputs_are_named() -> None:
    table = TableResult("bronze.a", "done", parked=(Parked("a", "in/1.csv", "LS204 no header"),))
    result = RunResult("r1", "degraded", (table,), published=3, seconds=1.25)
    assert result_text(result).splitlines()[2:] == [
        "parked: in/1.csv (bronze.a): LS204 no header",
        "run r1: degraded, published as 3, 1.2 s",
        "next: lakesmith show bronze.a",
    ]


def test_only_a_degraded_run_warns(capsys: pytest.CaptureFixture[str]) -> None:
    warn_if_degraded(RunResult("r1", "done", ()))
    assert capsys.readouterr().err == ""


def test_the_live_view_shows_each_table_once() -> None:
    shown = io.StringIO()
    with Progress(TextColumn("{task.description}"), console=Console(file=shown, width=200)) as progress:
        view = LiveView(progress)
        started = BatchStarted("r1", "silver.a", 1, {})
        result = TableResult("silver.a", "done", counts=Counts(accepted=5))
        for event in (started, started, BatchFinished("r1", "silver.a", 1, {}, 0.5, result)):
            view(event)
    assert shown.getvalue().count("silver.a  done, 5 rows") == 1


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ([TableResult("silver.a", "refused"), TableResult("bronze.a", "done")], "next: lakesmith quality silver.a"),
        (
            [TableResult("bronze.a", "done", counts=Counts(read=2, quarantined=1))],
            "next: lakesmith quarantine bronze.a",
        ),
        ([TableResult("bronze.a", "done"), TableResult("gold.a", "done")], "next: lakesmith show gold.a"),
    ],
)
def test_a_run_ends_with_what_to_look_at_next(tables: list[TableResult], line: str) -> None:
    result = RunResult("r1", "done", tuple(tables), 1, 1.0)
    assert result_text(result).splitlines()[-1] == line
