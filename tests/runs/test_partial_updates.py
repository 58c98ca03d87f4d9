"""Events that leave values as they were: any order and batching gives the tables of a plain model."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.runs.partial_model import OF_IMAGES, Event, draw, model, run, shop


def parts(random: Random, events: list[Event], count: int) -> list[list[Event]]:
    """Split events into batches, in any order."""
    batches: list[list[Event]] = [[] for _ in range(count)]
    for event in random.sample(events, len(events)):
        random.choice(batches).append(event)
    return [batch for batch in batches if batch]


def test_any_order_and_batching_is_the_model(spark: SparkSession, tmp_path: Path) -> None:
    random = Random(5)
    events = draw(random, keys=25, most=6)
    found = run(shop(tmp_path, spark), parts(random, events, 2), OF_IMAGES)
    assert found == {table: rows for table, rows in model(events).items() if table in OF_IMAGES}


@pytest.mark.prove
def test_any_order_and_more_batches_are_the_model(spark: SparkSession, tmp_path: Path) -> None:
    @given(st.integers(0, 2**32), st.integers(1, 5))
    @settings(max_examples=12, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
    def law(seed: int, batches: int) -> None:
        random = Random(seed)
        events = draw(random, keys=25, most=8)
        found = run(shop(Path(mkdtemp(dir=tmp_path)), spark), parts(random, events, batches))
        assert found == model(events)

    law()
