"""Columns that a table took on for a batch that did not stay are gone with the batch."""

from __future__ import annotations

import pytest

from lakesmith.batch import run as batch_run
from lakesmith.batch.frames import BatchFrames
from lakesmith.batch.write.write_rows import write_rows
from lakesmith.errors import GateRefused, RunFailed, WriteError
from lakesmith.tables.commit import Outcome
from tests.runs.schema_shop import BOTH, ORDERS, SILVER, WIDE, Make, change, operations

MORE = WIDE.replace("sku: {type: string,", "article: {type: string, renamed_from: sku,").replace(
    "  seq:", '  price: {type: "decimal(8,2)", source: Price}\n  seq:'
)
CHECK = "checks: [{id: few, check: row_count, max: 0, on_fail: fail}]\n"


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_batch_that_did_not_stay_leaves_no_columns(
    built: Make, is_refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(frames: BatchFrames) -> Outcome:
        if frames.batch.name == SILVER:
            raise WriteError("somebody was faster", code="LS507")
        return write_rows(frames)

    shop = built("fail")
    before = shop.lake.table(SILVER).dtypes
    change(shop, MORE + (CHECK if is_refused else ""), "widen")
    with monkeypatch.context() as patch:
        if not is_refused:
            patch.setattr(batch_run, "write_rows", fail)
        with pytest.raises(GateRefused if is_refused else RunFailed):
            shop.run(select=BOTH)
    assert "RENAME COLUMN" in operations(shop)
    change(shop, ORDERS, "fail")
    assert shop.run(select=BOTH).state == "done"
    assert shop.lake.table(SILVER).dtypes == before
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "B", 5, 1)]
    assert shop.run(select=BOTH).state == "nothing_new"
