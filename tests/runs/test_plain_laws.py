"""Tables that hold what arrived, the newest of it, or what is computed from either: always those of a plain model.

Files come in any order and batches, some come again under another name, runs are started again and killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.runs.arrival_plans import NUMBERS, ArrivalPlan, arrival_plans, landed
from tests.runs.crash_injection import CrashPoints
from tests.runs.plain_model import SPECS, TABLES, Event, line, model
from tests.shop import Shop

EVENTS = st.tuples(
    st.sampled_from([1, 2, 3, None]),
    st.sampled_from(["A", "B", "C", None]),
    st.integers(1, 2),
    st.integers(1, 5),
    st.sampled_from([False, False, True]),
)


def drawn(most: int, most_runs: int, most_crashes: int) -> st.SearchStrategy[ArrivalPlan]:
    return arrival_plans(st.lists(EVENTS, min_size=4, max_size=most), most_runs, TABLES, most_crashes)


def land(shop: Shop, number: int, file: Sequence[Event]) -> None:
    shop.land(f"{number}.csv", map(line, file))


def holds(root: Path, spark: SparkSession, crashes: CrashPoints, plan: ArrivalPlan) -> None:
    shop = Shop(root / f"{next(NUMBERS)}", spark, SPECS)
    assert landed(shop, plan, crashes, land, TABLES) == model(plan.events)


def test_rows_that_move_between_groups_and_empty_them(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: tuple[Event, ...] = ((1, "A", 1, 1, False), (2, "A", 2, 1, False), (3, "B", 1, 5, False))
    moved: tuple[Event, ...] = ((1, "B", 1, 2, False), (2, "C", 1, 2, False), (3, "A", 1, 4, False))
    gone: tuple[Event, ...] = ((1, "B", 1, 3, True), (None, None, 1, 1, False), (3, None, 2, 5, False))
    holds(tmp_path, spark, CrashPoints(monkeypatch), ArrivalPlan(((first,), (moved,), (gone,))))


def test_any_way_is_the_model(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashes = CrashPoints(monkeypatch)

    @given(drawn(most=8, most_runs=2, most_crashes=0))
    @settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
    def law(plan: ArrivalPlan) -> None:
        holds(tmp_path, spark, crashes, plan)

    law()


@pytest.mark.prove
def test_any_way_with_kills_is_always_the_model(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes = CrashPoints(monkeypatch)

    @given(drawn(most=14, most_runs=4, most_crashes=2))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def law(plan: ArrivalPlan) -> None:
        holds(tmp_path, spark, crashes, plan)

    law()
