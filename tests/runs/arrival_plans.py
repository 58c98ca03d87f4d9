"""Plan how events land: in any order and batches, some files again, in runs that are started again and killed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.runs.crash_injection import PLACES, CrashPoints
from tests.runs.plain_model import Rows
from tests.shop import Shop

NUMBERS = itertools.count()
Land = Callable[[Shop, int, Sequence[Any]], object]


@dataclass(frozen=True)
class ArrivalPlan:
    """How events land: files of each run, which of them come again, and which tables crash in which run."""

    runs: tuple[tuple[tuple[Any, ...], ...], ...]
    again: tuple[int, ...] = ()
    crashes: tuple[tuple[tuple[str, str], ...], ...] = ()

    @property
    def files(self) -> list[tuple[Any, ...]]:
        """Return the files of all runs."""
        return [file for run in self.runs for file in run]

    @property
    def events(self) -> list[Any]:
        """Return all events that land, those that land twice too."""
        return list(itertools.chain(*self.files, *[self.files[number] for number in self.again]))


@st.composite
def arrival_plans(
    draw: st.DrawFn, events: st.SearchStrategy[list[Any]], most_runs: int, tables: Sequence[str], most_crashes: int
) -> ArrivalPlan:
    """Draw a plan for drawn events."""
    drawn = draw(events)
    runs = draw(st.integers(2, most_runs))
    owners = draw(st.lists(st.integers(0, 2 * runs - 1), min_size=len(drawn), max_size=len(drawn)))
    files = [
        tuple(event for event, at in zip(drawn, owners, strict=True) if at == number) for number in range(2 * runs)
    ]
    crash = st.tuples(st.sampled_from(PLACES), st.sampled_from(tables))
    return ArrivalPlan(
        tuple((files[2 * run], files[2 * run + 1]) for run in range(runs)),
        tuple(draw(st.lists(st.integers(0, 2 * runs - 1), max_size=1))),
        tuple(tuple(draw(st.lists(crash, max_size=most_crashes))) for _ in range(runs + 1)),
    )


def landed(
    shop: Shop, plan: ArrivalPlan, crashes: CrashPoints, land: Land, tables: Iterable[str], **options: Any
) -> dict[str, Rows]:
    """Land and run it all; the files that come again come last."""
    crash_plan = [*plan.crashes, *[()] * (len(plan.runs) + 1)]
    runs = [*plan.runs, tuple(plan.files[number] for number in plan.again)]
    for run, its_crashes in zip(runs, crash_plan, strict=False):
        for file in run:
            land(shop, next(NUMBERS), file)
        crashes.run(shop, its_crashes, **options)
    assert shop.run(**options).state == "nothing_new"
    return {table: shop.rows(table) for table in tables}
