"""A step that would not give the same rows twice is computed once a batch."""

from __future__ import annotations

import pytest

from lakesmith.batch import run as batch_run
from tests.shop import SPECS, Shop, by_table

DICE = (
    SPECS["tables/silver/lines"].replace("  sku:", "  dice: {type: double}\n  sku:", 1)
    + "nondeterministic: true\nchecks:\n  - {id: lucky, check: between, column: dice, min: 0.5}\n"
).replace("steps:\n", "steps:\n  - with_columns: {dice: rand()}\n")
ROWS = [f"{n},A,1,2.50,2026-01-01,{n},I" for n in range(40)]


def test_rows_are_written_or_quarantined_never_both_nor_neither(
    make_shop: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop: Shop = make_shop({"tables/silver/lines": DICE})  # type: ignore[operator]
    shop.land("a.csv", ROWS)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch_run, "write_quarantine", die)
        with pytest.raises(KeyboardInterrupt):
            shop.run(select=["bronze.orders", "silver.lines"])
    counts = by_table(shop.run(select=["bronze.orders", "silver.lines"]))["silver.lines"].counts
    good, bad = shop.rows("silver.lines"), shop.reasons("silver.lines")
    assert (counts.read, counts.accepted, counts.quarantined) == (40, len(good), len(bad))
    assert len(good) + len(bad) == 40
    assert all(row[1] >= 0.5 for row in good)
