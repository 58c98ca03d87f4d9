"""Tables on the oldest protocol: what Lakesmith made before is taken over, what somebody else made is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from deltalake import DeltaTable

from lakesmith.errors import LedgerError
from lakesmith.tables.ref import table_ref
from tests.faults.damage import table_dir
from tests.shop import Shop

BOTH = ["bronze.orders", "silver.orders"]
SPEC = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  seq: {type: int, source: Seq}
write: {strategy: upsert, keys: [id], sequence_by: [seq], apply_as_deletes: "Op = 'D'"}
"""
FIRST = ["1,A,1,1,,1,I", "2,A,1,1,,1,I", "3,A,1,1,,1,I", "4,A,1,1,,5,I"]
SECOND = ["1,B,1,1,,2,U", "2,,1,1,,2,D", "4,B,1,1,,4,U", "5,A,1,1,,1,I"]


def make_old(table: Path) -> None:
    """Write the one commit of a table as the oldest protocol has it: no features, no properties."""
    (file,) = (table / "_delta_log").glob("*.json")
    actions = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for action in actions:
        if "protocol" in action:
            action["protocol"] = {"minReaderVersion": 1, "minWriterVersion": 2}
        if "metaData" in action:
            action["metaData"]["configuration"] = {}
    for checksum in file.parent.glob("*.crc"):
        checksum.unlink()
    file.write_text("".join(json.dumps(action) + "\n" for action in actions), encoding="utf-8")


def protocol(table: Path) -> tuple[int, int]:
    found = DeltaTable(str(table)).protocol()
    return found.min_reader_version, found.min_writer_version


@pytest.mark.parametrize("ledger", ["kept", pytest.param("lost", marks=pytest.mark.prove)])
def test_an_upsert_into_a_table_on_the_oldest_protocol(make_shop: Callable[..., Shop], ledger: str) -> None:
    shop = make_shop({"tables/silver/orders": SPEC})
    shop.land("a.csv", FIRST)
    shop.run(select=BOTH)
    table = table_dir(shop, "silver.orders")
    make_old(table)
    assert protocol(table) == (1, 2)
    if ledger == "lost":
        shutil.rmtree(shop.root / "lake" / "ops")
    shop.land("b.csv", SECOND)
    shop.run(select=BOTH)
    assert shop.rows("silver.orders") == [(1, "B", 2), (3, "A", 1), (4, "A", 5), (5, "A", 1)]
    assert protocol(table) == (3, 7)


def test_a_table_that_somebody_made_by_hand_stays_as_it_is(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({"tables/silver/orders": SPEC})
    shop.land("a.csv", FIRST)
    foreign = table_ref(str(shop.root / "lake"), None, "silver.orders")
    rows = shop.spark.range(3).selectExpr("id", "'A' AS sku", "1 AS seq")
    old = {"delta.minReaderVersion": "1", "delta.minWriterVersion": "2", "delta.enableDeletionVectors": "false"}
    foreign.save(rows.write.format("delta").options(**old))
    with pytest.raises(LedgerError, match=r"(?s)LS602.*silver.orders exists.*nothing was changed"):
        shop.run(select=BOTH)
    assert (DeltaTable(foreign.location).version(), protocol(Path(foreign.location))) == (0, (1, 2))
