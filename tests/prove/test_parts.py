"""The sweep can be trusted: the same seed gives the same kills, and outcomes of another product are forgotten."""

from __future__ import annotations

import json
from pathlib import Path

from tests.prove.assess_kill import Outcome
from tests.prove.points import VICTIMS, Point, random_points
from tests.prove.report import markdown
from tests.prove.sweep import State

CLEAN = Outcome(
    hit=True, lost=0, doubled=0, half_runs=0, open=["bronze.orders"], closed=[], redone=["bronze.orders"],
    redone_rows=10, unrecorded=0, cpu_seconds=9.5, wrong=[],
)  # fmt: skip
LOSSY = Outcome(**{**CLEAN.__dict__, "lost": 3, "wrong": ["the uninterrupted run failed: LS700"]})
POINTS = [Point("upsert", "publish", "before", "both", commit="ops/published/_delta_log/1.json"), *random_points()]


def test_the_same_seed_gives_the_same_fifty_instants() -> None:
    first = list(random_points())
    assert first == list(random_points())
    assert first != list(random_points(seed=1))
    assert (len(first), {point.who for point in first}) == (50, set(VICTIMS))
    assert all(0 <= point.instant < 1 for point in first)


def test_a_stopped_sweep_knows_what_is_done_but_not_of_another_product(tmp_path: Path) -> None:
    state = State(tmp_path / "build" / "state.jsonl")
    assert state.read() == {}
    state.add(POINTS[0], CLEAN)
    state.add(POINTS[1], LOSSY)
    assert state.read() == {POINTS[0].key: CLEAN, POINTS[1].key: LOSSY}
    rows = [json.loads(line) for line in state.file.read_text().splitlines()]
    state.file.write_text(json.dumps(rows[0] | {"digest": "of older sources"}) + "\n")
    assert state.read() == {}


def test_the_page_has_a_line_a_commit_and_one_for_the_random_instants_and_names_what_is_wrong() -> None:
    outcomes = {POINTS[0].key: CLEAN} | {point.key: CLEAN for point in POINTS[1:]}
    page = markdown(POINTS, outcomes)
    assert "| upsert | publish | before | JVM and Python | 0 | 0 | 0 | 1 | 1 | 10 | 0 | - |" in page
    assert page.count(" random instants | any time |") == 3
    assert "**51 of 51 kills done.**" in page
    assert "No kill that is done showed a fault." in page
    bad = markdown(POINTS, {POINTS[0].key: LOSSY})
    assert "| upsert | publish | before | JVM and Python | 3 |" in bad
    assert f"Points with faults: {POINTS[0].key}." in bad
