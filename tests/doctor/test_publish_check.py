from __future__ import annotations

import os
from pathlib import Path

from deltalake import DeltaTable

from tests.doctor.damage import all_rows, besides_orphans, fixed, forget, found, newest, root_of
from tests.shop import Shop


def test_a_torn_publication_is_moved_away_and_published_again(undamaged_rows: dict[str, object], shop: Shop) -> None:
    os.truncate(newest(shop, "ops.published"), 0)
    assert found(shop.lake.doctor())[0] == ("error", "LS620", "ops.published")
    assert fixed(shop) == ["LS620", "LS638"]
    assert all_rows(shop) == undamaged_rows
    assert shop.run().state == "nothing_new"


def test_a_lost_publication_is_published_again(undamaged: Shop, undamaged_rows: dict[str, object], shop: Shop) -> None:
    forget(shop, "ops.published")
    assert shop.rows("silver.orders") != undamaged.rows("silver.orders")
    assert besides_orphans(shop.lake.doctor()) == [("error", "LS638", "ops.published")]
    assert fixed(shop) == ["LS638"]
    assert all_rows(shop) == undamaged_rows


def test_a_published_version_whose_files_are_missing_is_found(shop: Shop) -> None:
    DeltaTable(str(root_of(shop, "bronze.orders"))).optimize.compact()
    published = DeltaTable(str(root_of(shop, "bronze.orders")), version=2).file_uris()
    Path(published[0].removeprefix("file://")).unlink()
    assert ("error", "LS634", "bronze.orders") in found(shop.lake.doctor())


def test_a_published_version_close_to_its_retention_is_a_warning(shop: Shop) -> None:
    bronze = DeltaTable(str(root_of(shop, "bronze.orders")))
    bronze.optimize.compact()
    assert found(shop.lake.doctor()) == []
    bronze.alter.set_table_properties({"delta.deletedFileRetentionDuration": "interval 0 seconds"})
    assert found(shop.lake.doctor()) == [("warning", "LS635", "bronze.orders")]


def test_identities_that_expire_are_a_warning(shop: Shop) -> None:
    table = DeltaTable(str(root_of(shop, "bronze.orders")))
    table.alter.set_table_properties({"delta.setTransactionRetentionDuration": "interval 1 day"})
    assert found(shop.lake.doctor()) == [("warning", "LS636", "bronze.orders")]
