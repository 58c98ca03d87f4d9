"""Tables of versions, change events and snapshots: those of their models in any way, also when runs are killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.runs import test_cdc as cdc
from tests.runs import test_history as history
from tests.runs import test_snapshot as snapshot
from tests.runs import versions
from tests.runs.arrival_plans import NUMBERS, arrival_plans, landed
from tests.runs.crash_injection import CrashPoints
from tests.shop import Shop

pytestmark = pytest.mark.prove


@dataclass(frozen=True)
class Law:
    """A table, the events that may arrive, how a file of them lands, and what the table holds in the end."""

    table: str
    events: st.SearchStrategy[list[Any]]
    shop: Callable[[Path, SparkSession], Shop]
    land: Callable[[Shop, int, Sequence[Any]], object]
    model: Callable[[Sequence[Any]], list[Any]]


def _land_lines(shop: Shop, number: int, file: Sequence[versions.Event]) -> None:
    shop.land(f"{number}.csv", map(versions.line, file))


def _land_changes(shop: Shop, number: int, file: Sequence[cdc.Event]) -> None:
    if file:
        first, *others = map(cdc.line, file)
        shop.land(f"{number}.json", others, header=first)


def _land_parts(shop: Shop, number: int, file: Sequence[snapshot.Part]) -> None:
    for day in {part[0] for part in file}:
        snapshot.land(shop, day, [part[1:] for part in file if part[0] == day])


def _changes(kinds: list[tuple[str, int, str, int]]) -> list[cdc.Event]:
    return [(op, key, sku, at, old if op == "u" else None) for at, (op, key, sku, old) in enumerate(kinds)]


def _parts(snapshots: list[snapshot.Snapshot]) -> list[snapshot.Part]:
    return [(day, *row) for day, one in enumerate(snapshots, 1) for row in one.items()]


KEYS = st.integers(1, 2)
KINDS = st.tuples(cdc.OPS, KEYS, st.sampled_from("AB"), KEYS)
LAWS = {
    "scd2": Law(
        history.TABLE,
        st.lists(history.EVENTS, min_size=3, max_size=14),
        versions.shop,
        _land_lines,
        versions.versions,
    ),
    "cdc": Law(
        cdc.TABLE,
        st.lists(KINDS, min_size=3, max_size=12).map(_changes),
        cdc.shop_of,
        _land_changes,
        cdc.model,
    ),
    "snapshot": Law(
        snapshot.TABLE,
        st.lists(snapshot.SNAPSHOTS, min_size=2, max_size=4).map(_parts),
        snapshot.shop_of,
        _land_parts,
        snapshot.model,
    ),
}


@pytest.mark.parametrize("strategy", LAWS)
def test_any_way_with_kills_is_the_model(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    law, crashes = LAWS[strategy], CrashPoints(monkeypatch)
    both = ("bronze.orders", law.table)

    @given(arrival_plans(law.events, 4, both, 2))
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(plan: Any) -> None:
        shop = law.shop(tmp_path / f"{next(NUMBERS)}", spark)
        found = landed(shop, plan, crashes, law.land, [law.table], select=list(both))
        assert found == {law.table: law.model(plan.events)}

    holds()
