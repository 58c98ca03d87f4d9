"""A batch that was begun before: found where it landed, whatever became of its idempotent-write id."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable

import pytest

from tests.faults.damage import BRONZE, FIRST, bronze_ids, ids
from tests.shop import Shop


class Crash(BaseException):
    """As from a killed process: nothing catches it."""


def test_a_landed_batch_whose_id_expired_is_not_written_twice(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = "from: sources.orders\nproperties: {delta.setTransactionRetentionDuration: interval 1 second}\n"
    shop = make_shop({"tables/bronze/orders": short})
    shop.land("a.csv", FIRST)

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("lakesmith.batch.run"), "record", crash)
        with pytest.raises(Crash):
            shop.run(select=BRONZE)
    time.sleep(2)
    assert shop.run(select=BRONZE).state == "done"
    assert bronze_ids(shop) == ids(FIRST)
