"""Tables that hold what arrived, the newest of it, or what is computed from either: always those of a plain model.

Files come in any order and batches, some come again under another name, runs are started again and killed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.runs.dying import PLACES, Deaths
from tests.runs.plain_model import SPECS, TABLES, Event, Rows, line, model
from tests.shop import Shop

NUMBERS = itertools.count()
EVENTS = st.tuples(
    st.sampled_from([1, 2, 3, None]),
    st.sampled_from(["A", "B", "C", None]),
    st.integers(1, 2),
    st.integers(1, 5),
    st.sampled_from([False, False, True]),
)


@dataclass(frozen=True)
class Way:
    """A way for events to land: files of each run, which of them come again, and which tables die in which run."""

    runs: tuple[tuple[tuple[Event, ...], ...], ...]
    again: tuple[int, ...] = ()
    deaths: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def events(self) -> list[Event]:
        """Return all events that land, those that land twice too."""
        files = [file for run in self.runs for file in run]
        return list(itertools.chain(*files, *[files[number] for number in self.again]))


@st.composite
def ways(draw: st.DrawFn, most: int, most_runs: int, most_deaths: int) -> Way:
    events = draw(st.lists(EVENTS, min_size=4, max_size=most))
    runs = draw(st.integers(2, most_runs))
    owners = draw(st.lists(st.integers(0, 2 * runs - 1), min_size=len(events), max_size=len(events)))
    files = [
        tuple(event for event, at in zip(events, owners, strict=True) if at == number) for number in range(2 * runs)
    ]
    death = st.tuples(st.sampled_from(PLACES), st.sampled_from(TABLES))
    return Way(
        tuple((files[2 * run], files[2 * run + 1]) for run in range(runs)),
        tuple(draw(st.lists(st.integers(0, 2 * runs - 1), max_size=1))),
        tuple(tuple(draw(st.lists(death, max_size=most_deaths))) for _ in range(runs + 1)),
    )


def landed(shop: Shop, way: Way, deaths: Deaths) -> dict[str, Rows]:
    """Land and run it all; the files that come again come last."""
    files = [file for run in way.runs for file in run]
    dying = [*way.deaths, *[()] * (len(way.runs) + 1)]
    for run, its_deaths in zip([*way.runs, tuple(files[number] for number in way.again)], dying, strict=False):
        for file in run:
            shop.land(f"{next(NUMBERS)}.csv", map(line, file))
        deaths.run(shop, its_deaths)
    assert shop.run().state == "nothing_new"
    return {table: shop.rows(table) for table in TABLES}


def holds(root: Path, spark: SparkSession, deaths: Deaths, way: Way) -> None:
    assert landed(Shop(root / f"{next(NUMBERS)}", spark, SPECS), way, deaths) == model(way.events)


def test_rows_that_move_between_groups_and_empty_them(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: tuple[Event, ...] = ((1, "A", 1, 1, False), (2, "A", 2, 1, False), (3, "B", 1, 5, False))
    moved: tuple[Event, ...] = ((1, "B", 1, 2, False), (2, "C", 1, 2, False), (3, "A", 1, 4, False))
    gone: tuple[Event, ...] = ((1, "B", 1, 3, True), (None, None, 1, 1, False), (3, None, 2, 5, False))
    holds(tmp_path, spark, Deaths(monkeypatch), Way(((first,), (moved,), (gone,))))


def test_any_way_is_the_model(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaths = Deaths(monkeypatch)

    @given(ways(most=8, most_runs=2, most_deaths=0))
    @settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
    def law(way: Way) -> None:
        holds(tmp_path, spark, deaths, way)

    law()


@pytest.mark.prove
def test_any_way_with_kills_is_always_the_model(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = Deaths(monkeypatch)

    @given(ways(most=14, most_runs=4, most_deaths=2))
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def law(way: Way) -> None:
        holds(tmp_path, spark, deaths, way)

    law()
