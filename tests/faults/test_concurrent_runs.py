"""Two real processes on one warehouse: a run that is paused in the middle, and one that is started meanwhile."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import RunLocked
from lakesmith.observe.results import RunResult
from tests.faults.damage import AFTER_TWO, BRONZE, FIRST, SECOND, SELECT, bronze_ids, commit_file, ids, quantities
from tests.faults.process import PATIENCE, Process
from tests.shop import Shop


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Shop:
    """A shop with two files landed and nothing run."""
    shop = Shop(tmp_path_factory.mktemp("two") / "shop", spark)
    shop.land("a.csv", FIRST)
    shop.land("b.csv", SECOND)
    return shop


@pytest.fixture(scope="module")
def paused(feed: Shop, root: Path) -> Iterator[Process]:
    """A run of another process, paused between bronze and silver."""
    process = Process(feed, root)
    try:
        process.pause_after(commit_file(feed, "bronze.orders", 0))
        yield process
    finally:
        if process.popen.poll() is None:
            process.signal(signal.SIGKILL)
        process.popen.wait()


def test_a_run_beside_a_paused_run_is_refused_on_the_same_and_on_other_tables(feed: Shop, paused: Process) -> None:
    for select in (SELECT, BRONZE, ["silver.lines"]):
        with pytest.raises(RunLocked, match=r"LS601 another run holds the warehouse"):
            feed.run(select=select)


def test_a_run_that_waits_goes_on_when_the_paused_one_has_ended_and_nothing_is_doubled(
    feed: Shop, paused: Process
) -> None:
    feed.spec("base", f"name: shop\nlock_wait_seconds: {PATIENCE}\n")
    results: list[RunResult] = []
    waiting = threading.Thread(target=lambda: results.append(feed.run(select=SELECT)))
    waiting.start()
    time.sleep(1)
    assert waiting.is_alive()
    paused.signal(signal.SIGCONT)
    assert paused.popen.wait(PATIENCE) == 0, paused.output.read_text()
    waiting.join(PATIENCE)
    assert [result.state for result in results] == ["nothing_new"]
    assert (bronze_ids(feed), quantities(feed)) == (sorted(ids(FIRST + SECOND)), AFTER_TWO)


@pytest.mark.prove
def test_a_jvm_that_outlives_its_python_holds_the_lock_until_it_dies(shop: Shop, root: Path) -> None:
    shop.land("c.csv", FIRST)
    process = Process(shop, root)
    process.pause_after(commit_file(shop, "bronze.orders", 2))
    os.kill(process.popen.pid, signal.SIGKILL)
    process.popen.wait()
    with pytest.raises(RunLocked):
        shop.run(select=SELECT)
    process.signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            shop.run(select=SELECT)
            break
        except RunLocked:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert len(bronze_ids(shop)) == 6
