"""A ledger that was lost, edited or damaged: an error, never a start from zero."""

from __future__ import annotations

import shutil

import pytest

from lakesmith.errors import LakesmithError
from tests.faults.damage import SELECT, THIRD, commit_file, cut, data_files, empty, quantities, table_dir
from tests.shop import Shop


def ledger_head(shop: Shop) -> int:
    """Return the newest version of the ledger."""
    return max(int(file.stem) for file in table_dir(shop, "ops.ledger").glob("_delta_log/*.json"))


@pytest.mark.parametrize("damage", [cut, empty], ids=["torn", "of no bytes"])
def test_a_damaged_last_commit_of_the_ledger_is_refused(shop: Shop, damage: object) -> None:
    assert callable(damage)
    damage(commit_file(shop, "ops.ledger", ledger_head(shop)))
    shop.land("c.csv", THIRD)
    with pytest.raises(LakesmithError, match=r"LS620"):
        shop.run(select=SELECT)


def test_a_ledger_whose_data_file_is_gone_is_refused(shop: Shop) -> None:
    for file in data_files(shop, "ops.ledger"):
        file.unlink()
    shop.land("c.csv", THIRD)
    with pytest.raises(LakesmithError, match=r"LS210 ops.ledger cannot be read"):
        shop.run(select=SELECT)
    assert quantities(shop) == quantities(shop, "latest")


def test_without_publications_tables_are_republished_at_the_next_batch(shop: Shop) -> None:
    shutil.rmtree(table_dir(shop, "ops.published"))
    shop.land("c.csv", THIRD)
    shop.run(select=SELECT)
    assert len(quantities(shop)) == 4


def test_a_run_record_that_cannot_be_read_stops_no_reader(shop: Shop) -> None:
    shutil.rmtree(table_dir(shop, "ops.runs"))
    assert shop.lake.status() == []
    assert len(quantities(shop)) == 3
