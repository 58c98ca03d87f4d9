"""Each case of the corpus gives the tables, the quarantine and the messages that it expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.corpus.harness import CASES, Case, Outcome, Row, Workspace, findings_of, load_cases, with_shared

ALL = load_cases() if CASES.exists() else []
RUNS = [(case, number) for case in ALL for number in range(1, len(case.runs) + 1)]
OutcomeOf = Callable[[Case, int], Outcome]


def _id(value: Any) -> str:
    return value.name if isinstance(value, Case) else f"run{value}"


@pytest.fixture(scope="module")
def outcome_of(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> OutcomeOf:
    """Give the outcome of a case in a run; the selected cases of a group run together, once."""
    items = [item for item in request.session.items if getattr(item, "originalname", "") == test_case.__name__]
    selected = {item.callspec.params["case"].name for item in items}  # type: ignore[attr-defined]
    chosen = with_shared(selected, ALL)

    @cache
    def workspace(group: str) -> Workspace:
        cases = [case for case in chosen if case.group == group]
        return Workspace(tmp_path_factory.mktemp(f"corpus_{group}"), spark, cases)

    @cache
    def outcomes(group: str, number: int) -> dict[str, Outcome]:
        for earlier in range(1, number):
            outcomes(group, earlier)
        return workspace(group).run(number)

    return lambda case, number: outcomes(case.group, number)[case.name]


@pytest.mark.parametrize(("case", "number"), sorted(RUNS, key=lambda run: (run[0].group, run[1])), ids=_id)
def test_case(outcome_of: OutcomeOf, case: Case, number: int) -> None:
    outcome = outcome_of(case, number)
    expected = case.runs[number - 1]
    known = {"rebuild", "tables", "quarantine", "parked", "verdicts", "state", "errors"}
    assert set(expected) <= known, f"unknown key(s) {set(expected) - known}"
    for kind in ("tables", "quarantine"):
        for layer, rows in (expected.get(kind) or {}).items():
            assert_rows(outcome.rows[kind, f"{layer}.{case.name}"], rows, f"{kind} {layer}.{case.name}")
    for layer, state in expected.get("state", {}).items():
        table = outcome.table(f"{layer}.{case.name}")
        assert table.state == state, f"{table.table} is {table.state}: {table.error}"
    for layer, texts in expected.get("errors", {}).items():
        error = outcome.table(f"{layer}.{case.name}").error
        assert [text for text in texts if text not in error] == [], error
    for layer, wanted in expected.get("verdicts", {}).items():
        found = {one.check: one.status for one in outcome.table(f"{layer}.{case.name}").verdicts}
        assert {check: found.get(check) for check in wanted} == wanted
    if "parked" in expected:
        assert_parked(outcome, case, expected["parked"] or {})


@pytest.mark.parametrize("case", [case for case in ALL if case.group == "validate" or case.warnings], ids=_id)
def test_findings(case: Case, tmp_path: Path) -> None:
    said = findings_of(tmp_path, case)
    assert [text for text in (*case.findings, *case.warnings) if str(text) not in said] == [], said


@pytest.mark.parametrize("case", ALL, ids=_id)
def test_a_case_says_what_it_is_about_and_expects_something(case: Case) -> None:
    assert case.about.endswith(".")
    assert case.group in ("ok", "fails", "validate")
    assert case.findings if case.group == "validate" else case.runs


def assert_rows(found: Iterable[Row], expected: Iterable[Row], what: str) -> None:
    """Compare rows whatever their order; a row that comes twice counts twice."""
    assert Counter(map(_key, found)) == Counter(map(_key, expected)), f"other rows in {what}"


def _key(row: Row) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted(row.items()))


def assert_parked(outcome: Outcome, case: Case, expected: Mapping[str, str]) -> None:
    """Compare the files that were parked with the reasons that are expected."""
    parked = outcome.table(f"bronze.{case.name}").parked
    found = {one.path.rsplit(f"/in/{case.name}/", 1)[-1]: one.reason for one in parked}
    assert set(found) == set(expected), found
    assert {name: text for name, text in expected.items() if text not in found[name]} == {}, found
