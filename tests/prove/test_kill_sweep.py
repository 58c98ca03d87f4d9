"""A run that is killed anywhere and started again gives the tables of an uninterrupted run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.ledger.publications import publish
from lakesmith.tables.ref import table_ref
from tests.prove.assess_kill import assess, reading
from tests.prove.ground import Ground, make_ground, newest_tables
from tests.prove.killing import Crash, kill_at_commit, why_no_kills
from tests.prove.report import markdown
from tests.prove.sweep import State, all_points, sweep

THREE = (
    ("bronze/orders", "after", "both"),
    ("silver/orders", "after", "python"),
    ("ops/published", "before", "both"),
)


@pytest.fixture(scope="module")
def ground(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The project and the tables it must give; where nothing can be killed: skipped, a failure in CI."""
    reason = why_no_kills()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    yield make_ground(tmp_path_factory.mktemp("ground"), spark)


def test_a_run_killed_three_times_on_its_way_gives_the_tables_of_an_uninterrupted_run(ground: Ground) -> None:
    warehouse, log = ground.copy("upsert", "three"), ground.root / "three.log"
    with reading(warehouse) as reader:
        for table, when, who in THREE:
            name = f"{table}/_delta_log/{1:020}.json"
            crash = kill_at_commit(ground.command(warehouse), warehouse / name, when, who, log)
            assert crash.hit, f"{table} {when}: {crash.output}"
            assert (warehouse / name).exists() == (when == "after"), f"{table} {when}"
        outcome = assess(ground, "upsert", warehouse, reader, crash)
    assert outcome.good, outcome
    assert (outcome.closed, outcome.redone) == (["bronze.orders", "silver.orders", "silver.lines"], ["gold.daily"])
    assert len(reader.seen) == 2


def test_a_partial_publication_is_detected(ground: Ground) -> None:
    warehouse = ground.root / "lakes" / "half"
    shutil.copytree(ground.root / "lakes" / "expected", warehouse)
    with reading(warehouse) as reader:
        reader.look()
        mixed = newest_tables(warehouse) | {"silver.orders": 0}
        ops = table_ref(str(warehouse), None, "ops.published")
        publish(ground.spark, ops, "local", "test", "2026-01-02T00:00:00+00:00", mixed)
        outcome = assess(ground, "upsert", warehouse, reader, Crash(True, 0.0, None, ""))
    assert (outcome.half_runs, outcome.lost, outcome.doubled, outcome.good) == (1, 3, 2, False)


@pytest.mark.prove
def test_a_kill_at_any_commit_and_at_any_instant_loses_and_doubles_nothing(ground: Ground, root: Path) -> None:
    points, state = all_points(ground), State(root / "build" / "prove" / "kill_sweep.jsonl")
    try:
        outcomes = sweep(ground, points, state)
    finally:
        page = markdown(points, state.read())
        (root / "tests" / "prove" / "KILL_SWEEP.md").write_text(page, encoding="utf-8")
    assert {key: outcome for key, outcome in outcomes.items() if not outcome.good} == {}
