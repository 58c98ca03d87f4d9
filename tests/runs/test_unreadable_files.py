"""Inputs that look sound and are not, and inputs that go away at the wrong moment."""

from __future__ import annotations

import gzip
import importlib
import random
from collections.abc import Callable

import pytest

from lakesmith.errors import RunFailed
from tests.shop import HEADER, Shop, by_table

GOOD = ["1,A,1,2.50,2026-01-01,1,I", "2,B,1,2.50,2026-01-01,1,I"]
BRONZE_ONLY = {"select": ["bronze.orders"]}


def test_a_file_that_breaks_behind_a_good_head_is_parked_and_the_rest_is_loaded(shop: Shop) -> None:
    shop.land("good.csv", GOOD)
    noise = random.Random(1)
    lines = "\n".join(f"{noise.random()},A,1,2.50,2026-01-01,1,I" for _ in range(20_000))
    whole = gzip.compress(f"{HEADER}\n{lines}\n".encode())
    (shop.landing / "torn.csv.gz").write_bytes(whole[: len(whole) // 2])
    result = shop.run(**BRONZE_ONLY)
    table = by_table(result)["bronze.orders"]
    assert (result.state, [parked.path.rsplit("/", 1)[-1] for parked in table.parked]) == ("degraded", ["torn.csv.gz"])
    assert len(shop.rows("bronze.orders")) == 2
    assert shop.run(**BRONZE_ONLY).state == "nothing_new"


def test_a_batch_that_landed_is_closed_when_its_files_were_archived(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shop.land("a.csv", GOOD)

    def die(*_: object) -> None:
        raise OSError("the machine is gone")

    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("lakesmith.batch.run"), "record", die)
        with pytest.raises(RunFailed):
            shop.run(**BRONZE_ONLY)
    file.unlink()
    shop.land("b.csv", ["3,C,1,2.50,2026-01-01,1,I"])
    assert shop.run(**BRONZE_ONLY).state == "done"
    assert len(shop.rows("bronze.orders")) == 3


def test_an_unreadable_file_fails_the_run_where_the_spec_says_so(make_shop: Callable[..., Shop]) -> None:
    columns = "[OrderId, Sku, Qty, Price, Day, Seq, Op]"
    strict = make_shop({"sources/orders": f"format: csv\npath: IN\non_bad_input: fail\ncolumns: {columns}\n"})
    strict.land("good.csv", GOOD)
    strict.land("empty.csv", [], header="")
    with pytest.raises(RunFailed, match="LS204"):
        strict.run(**BRONZE_ONLY)
    assert strict.lake.status()[0]["run_state"] == "failed"
