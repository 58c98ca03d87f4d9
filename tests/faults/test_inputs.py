"""Files that change, vanish or cannot be opened while a run reads them, and settings that hide bad files."""

from __future__ import annotations

import errno
import gzip
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lakesmith.errors import RunFailed
from lakesmith.observe.events import RunEvent
from lakesmith.observe.results import RunResult
from lakesmith.sources.files.formats import csv as csv_format
from tests.faults.damage import BRONZE, FIRST, SECOND, bronze_ids, ids
from tests.shop import HEADER, SPECS, Shop, by_table


def after_planning(act: Callable[[], object]) -> Callable[[RunEvent], None]:
    """Do something when the batch of bronze is planned, and nothing of it was read yet."""
    return lambda event: act() and None if event.kind == "table_started" else None  # type: ignore[func-returns-value]


def before_writing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something once between the last look at the files and their being read."""
    batch = importlib.import_module("lakesmith.batch.run")
    write: Callable[..., Any] = batch.write_rows

    def acting(gated: object) -> object:
        monkeypatch.undo()
        act()
        return write(gated)

    monkeypatch.setattr(batch, "write_rows", acting)


def parked(result: RunResult) -> list[str]:
    return [Path(one.path).name for one in by_table(result)["bronze.orders"].parked]


@pytest.mark.parametrize("change", ["changed", "vanished"])
def test_a_file_that_moves_after_the_batch_was_planned_is_refused_and_replanned(
    make_shop: Callable[..., Shop], change: str
) -> None:
    shop = make_shop()
    shop.land("a.csv", FIRST)
    file = shop.land("b.csv", SECOND)
    act = file.unlink if change == "vanished" else lambda: shop.land("b.csv", SECOND[:1])
    with pytest.raises(RunFailed, match=rf"LS206 file .*b.csv' {change} after the batch was planned"):
        shop.run(select=BRONZE, on_event=after_planning(act))
    shop.run(select=BRONZE)
    assert bronze_ids(shop) == sorted(ids(FIRST if change == "vanished" else FIRST + SECOND[:1]))


def test_a_file_that_vanishes_while_it_is_read_is_parked_and_read_when_it_is_back(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop()
    shop.land("a.csv", FIRST)
    file, away = shop.land("b.csv", SECOND), shop.root / "away"
    before_writing(monkeypatch, lambda: file.rename(away))
    result = shop.run(select=BRONZE)
    assert (result.state, parked(result), bronze_ids(shop)) == ("degraded", ["b.csv"], ids(FIRST))
    assert shop.run(select=BRONZE).state == "nothing_new"
    away.rename(file)
    assert shop.run(select=BRONZE).state == "done"
    assert bronze_ids(shop) == sorted(ids(FIRST + SECOND))


def test_a_file_that_grows_while_it_is_read_is_noticed_by_the_next_run(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop()
    shop.land("a.csv", FIRST)
    before_writing(monkeypatch, lambda: shop.land("a.csv", FIRST + SECOND))
    shop.run(select=BRONZE)
    with pytest.raises(RunFailed, match=r"LS203"):
        shop.run(select=BRONZE)


def test_a_file_that_could_not_be_opened_is_tried_again_by_each_run(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop({"sources/orders": SPECS["sources/orders"] + "batch: {max_files: 1}\n"})
    shop.land("a.csv", FIRST)
    shop.land("b.csv", SECOND)
    read = csv_format.read_head

    def refuse(spark: Any, path: str) -> bytes:
        if path.endswith("a.csv"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return read(spark, path)

    with monkeypatch.context() as patch:
        patch.setattr(csv_format, "read_head", refuse)
        results = [shop.run(select=BRONZE) for _ in range(2)]
    assert [(one.state, parked(one)) for one in results] == [("degraded", ["a.csv"])] * 2
    assert bronze_ids(shop) == sorted(ids(SECOND))
    assert shop.run(select=BRONZE).state == "done"
    assert bronze_ids(shop) == sorted(ids(FIRST + SECOND))
    assert shop.run(select=BRONZE).state == "nothing_new"


@pytest.mark.parametrize("setting", ["ignoreCorruptFiles", pytest.param("ignoreMissingFiles", marks=pytest.mark.prove)])
def test_a_setting_that_hides_bad_files_hides_none(make_shop: Callable[..., Shop], setting: str) -> None:
    shop = make_shop()
    shop.land("a.csv", FIRST)
    lines = "\n".join(f"{number},A,1,2.50,2026-01-01,1,I" for number in range(50_000))
    whole = gzip.compress(f"{HEADER}\n{lines}\n".encode())
    (shop.landing / "torn.csv.gz").write_bytes(whole[: len(whole) // 2])
    key, context = f"spark.sql.files.{setting}", shop.spark._jsc.sc().conf()  # type: ignore[union-attr]
    shop.spark.conf.set(key, "true")
    context.set(key, "true")  # type: ignore[operator]
    try:
        result = shop.run(select=BRONZE)
    finally:
        context.remove(key)  # type: ignore[operator]
        shop.spark.conf.unset(key)
    assert (result.state, parked(result), bronze_ids(shop)) == ("degraded", ["torn.csv.gz"], ids(FIRST))


def test_a_feed_of_empty_files_changes_no_table(shop: Shop) -> None:
    shop.land("c.csv", [])
    result = by_table(shop.run(select=["bronze.orders", "silver.orders"]))
    assert [table.counts.changed for table in result.values()] == [0, 0]
    assert len(shop.rows("silver.orders")) == 3
