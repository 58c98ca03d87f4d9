"""Objectives of a contract are measured by what runs recorded, over a window that ends now."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from lakesmith.observe.objectives.report import objectives_report
from lakesmith.spec.model import Project

COLUMNS = {"id": {"type": "bigint"}, "price": {"type": "double"}, "at": {"type": "timestamp"}}
END = datetime(2026, 1, 31, tzinfo=timezone.utc)


def project(contract: dict[str, Any], **keys: Any) -> Project:
    table = {"from": "bronze.orders", "columns": COLUMNS, "event_date": "at", "contract": contract, **keys}
    return Project.model_validate({"name": "shop", "tables": {"silver": {"orders": table}}})


def run(day: int, hour: int = 0, **values: Any) -> dict[str, Any]:
    at = datetime(2026, 1, day, hour, tzinfo=timezone.utc)
    row = {"run_id": f"r{day:02}{hour:02}", "table": "silver.orders", "run_time": at}
    return {**row, "state": "done", "published": day, "judged": 0, "failing": 0, **values}


def profile(day: int, column: str, **values: Any) -> dict[str, Any]:
    shared = {name: run(day)[name] for name in ("run_id", "table", "run_time")}
    return {**shared, "column": column, "rows": 0, "nulls": 0, "max": None, **values}


def report(
    contract: dict[str, Any],
    runs: list[dict[str, Any]],
    profiles: list[dict[str, Any]] | None = None,
    **keys: Any,
) -> dict[str, Any]:
    (row,) = objectives_report(project(contract, **keys), ["silver.orders"], runs, profiles or [], END)
    return row


PASSING = {"slo": {"records_passing": "99 %"}}


@pytest.mark.parametrize(
    ("failing", "state", "left"),
    [(0, "met", 100.0), (5, "met", 50.0), (10, "met", 0.0), (11, "breached", -10.0)],
)
def test_the_budget_is_what_the_objective_allows_of_the_rows(failing: int, state: str, left: float) -> None:
    found = report(PASSING, [run(10, judged=1000, failing=failing)])
    assert (found["state"], found["budget_left"], found["total"]) == (state, left, 1000)


def test_runs_before_the_window_and_after_its_end_do_not_count() -> None:
    contract = {"slo": {"window": "7d", "records_passing": "99 %"}}
    runs = [run(24, judged=100, failing=100), run(25, judged=100), run(31, 1, judged=100, failing=100)]
    found = report(contract, runs)
    assert (found["window"], found["bad"], found["total"]) == ("7d", 0, 100)


def test_the_burn_rate_is_that_of_the_last_day() -> None:
    runs = [run(10, judged=900), run(30, 12, judged=100, failing=4)]
    found = report(PASSING, runs)
    assert (found["burn_rate"], found["state"], found["budget_left"]) == (4.0, "burning", 60.0)


@pytest.mark.parametrize("state", ["refused", "kept_last_good", "failed"])
def test_rows_that_nobody_saw_do_not_count(state: str) -> None:
    runs = [run(10, judged=100), run(11, judged=100, failing=100, state=state)]
    found = report(PASSING, runs)
    assert (found["bad"], found["total"]) == (0, 100)


def test_rows_published_with_an_alert_count() -> None:
    assert report(PASSING, [run(11, judged=100, failing=100, state="alerted")])["state"] == "breached"


def test_an_objective_that_allows_nothing_has_no_budget() -> None:
    contract = {"slo": {"records_passing": "100 %"}}
    found = report(contract, [run(10, judged=100, failing=1)])
    assert (found["state"], found["budget_left"], found["burn_rate"]) == ("breached", None, None)


def test_values_are_counted_by_the_profiles_of_the_column() -> None:
    contract = {"slo": {"null_share": {"price": "1 %"}}}
    profiles = [profile(10, "price", rows=200, nulls=1), profile(10, "id", rows=200, nulls=200)]
    found = report(contract, [run(10)], profiles)
    assert (found["column"], found["bad_share"], found["state"]) == ("price", 0.5, "met")


def test_time_without_fresh_rows_is_counted_between_publications() -> None:
    contract = {"freshness": "1d", "slo": {"window": "10d", "fresh_time": "90 %"}}
    profiles = [profile(21, "at", max="2026-01-21 00:00:00"), profile(24, "at", max="2026-01-23 12:00:00.5")]
    found = report(contract, [run(21), run(24), run(30)], profiles)
    # Fresh on the 21st and for half of the 24th, stale for two and then for six and a half days.
    assert (found["total"], found["bad"]) == (10 * 86400, int(8.5 * 86400) - 1)
    assert found["state"] == "breached"


def test_an_older_row_does_not_make_a_table_less_fresh() -> None:
    contract = {"freshness": "30d", "slo": {"window": "10d"}}
    profiles = [profile(21, "at", max="2026-01-21 00:00:00"), profile(24, "at", max="2025-01-01 00:00:00")]
    assert report(contract, [run(21), run(24)], profiles)["bad"] == 0


@pytest.mark.parametrize("newest", ["2026-01-25 00:00:00", "9999-12-31 00:00:00", "+294247-01-10 04:00:54"])
def test_a_time_later_than_its_run_does_not_say_how_fresh_a_table_is(newest: str) -> None:
    contract = {"freshness": "1d", "slo": {"window": "10d"}}
    profiles = [profile(21, "at", max="2026-01-21 00:00:00"), profile(24, "at", max=newest)]
    assert report(contract, [run(21), run(24)], profiles)["bad"] == 9 * 86400


def test_what_a_failed_run_wrote_is_visible_with_the_next_publication() -> None:
    contract = {"freshness": "5d", "slo": {"window": "10d"}}
    profiles = [profile(22, "at", max="2026-01-22 00:00:00")]
    found = report(contract, [run(22, published=None), run(26)], profiles)
    assert (found["total"], found["bad"]) == (5 * 86400, 4 * 86400)


@pytest.mark.parametrize(
    ("contract", "keys", "note"),
    [
        (PASSING, {}, "no run has recorded judged rows yet"),
        ({"slo": {"null_share": {"price": "1 %"}}}, {}, "no run has a profile of the column yet"),
        (
            {"slo": {"null_share": {"price": "1 %"}}},
            {"profile": {"level": "off"}},
            "profile.level is off, so that no run counts values",
        ),
        ({"freshness": "1d"}, {}, "no published run has noted the newest row yet"),
        (
            {"freshness": "1d"},
            {"profile": {"level": "off"}},
            "profile.level is off, so that no run notes the newest row",
        ),
        (
            {"freshness": "1d"},
            {"event_date": None},
            "neither event_date nor the first column of sequence_by is a time of the contract",
        ),
        (
            {"freshness": "1d"},
            {"columns": {**COLUMNS, "at": {"type": "timestamp", "sensitivity": "secret"}}},
            "'at' is sensitive, so that no run notes its values",
        ),
    ],
)
def test_what_cannot_be_measured_says_why(contract: dict[str, Any], keys: dict[str, Any], note: str) -> None:
    found = report(contract, [run(10, judged=None)], **keys)
    assert (found["state"], found["note"], found["bad_share"]) == ("not measured", note, None)


def test_an_idle_window_is_not_measured() -> None:
    found = report(PASSING, [run(1, judged=10)])
    assert found["note"] == "nothing was recorded in the last 28d"


def test_a_table_without_a_contract_has_no_objective() -> None:
    bare = Project.model_validate({"name": "shop", "tables": {"silver": {"orders": {"from": "bronze.orders"}}}})
    assert objectives_report(bare, ["silver.orders"], [], [], END) == []
