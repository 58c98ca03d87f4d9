"""The column that identifies a row is lost: by the feed, by the contract, by a step. Nothing is lost with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import ConfigError, RunFailed
from tests.shop import HEADER, Shop, by_table

BOTH = ["bronze.orders", "silver.orders"]
ID = "  id: {type: bigint, source: OrderId, nullable: false}\n"
SPEC = f"""
from: bronze.orders
columns:
{ID}  sku: {{type: string, source: Sku}}
  seq: {{type: int, source: Seq}}
write: {{strategy: upsert, keys: [id], sequence_by: [seq]}}
"""
FIRST = ["1,A,1,1,,1,I", "2,A,1,1,,1,I"]
SECOND = ["1,B,1,1,,2,I", "3,A,1,1,,1,I"]
Make = Callable[..., Shop]


@pytest.fixture
def built(make_shop: Make) -> Make:
    """Open a shop whose first file has been built."""

    def build(spec: str = SPEC, **specs: str) -> Shop:
        shop = make_shop({"tables/silver/orders": spec} | specs)
        shop.land("a.csv", FIRST)
        shop.run(select=BOTH)
        return shop

    return build


def test_a_file_without_the_key_is_parked_until_it_is_fixed(built: Make) -> None:
    shop = built()
    shop.land("b.csv", [line.partition(",")[2] for line in SECOND], HEADER.partition(",")[2])
    result = shop.run(select=BOTH)
    (parked,) = by_table(result)["bronze.orders"].parked
    assert (result.state, "column(s) OrderId missing" in parked.reason) == ("degraded", True)
    assert shop.rows("silver.orders") == [(1, "A", 1), (2, "A", 1)]
    shop.land("b.csv", SECOND)
    assert shop.run(select=BOTH).state == "done"
    assert shop.rows("silver.orders") == [(1, "B", 2), (2, "A", 1), (3, "A", 1)]


def test_json_rows_without_the_key_are_quarantined(make_shop: Make) -> None:
    source = "format: json\npath: IN\ncolumns: [OrderId, Sku, Qty, Price, Day, Seq, Op]\n"
    shop = make_shop({"tables/silver/orders": SPEC, "sources/orders": source})
    shop.land("a.json", ['{"OrderId": 2, "Sku": "A", "Seq": 1}'], '{"OrderId": 1, "Sku": "A", "Seq": 1}')
    shop.run(select=BOTH)
    shop.land("b.json", ['{"Sku": "C", "Seq": 2}'], '{"Sku": "B", "Seq": 2}')
    counts = by_table(shop.run(select=BOTH))["silver.orders"].counts
    assert (counts.read, counts.quarantined, counts.accepted) == (2, 2, 0)
    assert shop.rows("silver.orders") == [(1, "A", 1), (2, "A", 1)]
    assert shop.reasons("silver.orders") == ["id_given", "id_given"]


def test_a_contract_without_the_key_is_refused_before_anything_is_read(make_shop: Make) -> None:
    shop = make_shop({"tables/silver/orders": SPEC.replace(ID, "")})
    with pytest.raises(ConfigError, match=r"LS131 column 'id' is not in the contract\s.*write\.keys\.0"):
        shop.run(select=BOTH)


def test_a_table_keeps_its_rows_when_its_key_is_lost(built: Make) -> None:
    shop = built()
    shop.land("b.csv", SECOND)
    bare = "from: bronze.orders\nsteps: [{drop: [OrderId]}]\n"
    bare += "write: {strategy: upsert, keys: [OrderId], sequence_by: [Seq]}\n"
    expected = {
        SPEC.replace("write:", "steps: [{drop: [id]}]\nwrite:"): "LS302",
        bare: "LS305 .*OrderId",
        SPEC.replace("[id]", "[sku]"): "LS511 the keys are sku, those of the table's rows are id",
        SPEC.replace("[id]", "[sku]").replace(ID, "") + "on_schema_change: add\n": "LS511",
    }
    for spec, error in expected.items():
        shop.spec("tables/silver/orders", spec)
        with pytest.raises(RunFailed, match=error):
            shop.run(select=BOTH)
    renamed = ID.replace("id:", "number:").replace("nullable", "renamed_from: id, nullable")
    shop.spec("tables/silver/orders", SPEC.replace(ID, renamed).replace("[id]", "[number]") + "on_schema_change: add\n")
    shop.run(select=BOTH)
    assert shop.rows("silver.orders") == [(1, "B", 2), (2, "A", 1), (3, "A", 1)]


def test_rows_that_came_without_a_key_are_not_given_one(built: Make) -> None:
    downstream = {"tables/gold/daily": "from: silver.orders\nwrite: {strategy: replace_all}\n"}
    shop = built(SPEC.partition("write:")[0] + "write: {strategy: append}\n", **downstream)
    shop.land("b.csv", SECOND)
    shop.spec("tables/silver/orders", SPEC)
    message = "the keys are id, those of the table's rows are none"
    (planned,) = [table for table in shop.lake.plan().tables if table.table == "silver.orders"]
    assert planned.notes[-1] == f"{message}: the next batch ends with LS511"
    with pytest.raises(RunFailed, match=f"LS511 {message}"):
        shop.run(select=BOTH)
    assert shop.rows("silver.orders") == [(1, "A", 1), (2, "A", 1)]
    shop.run(rebuild=True, select=[*BOTH, "gold.daily"])
    assert shop.rows("silver.orders") == [(1, "B", 2), (2, "A", 1), (3, "A", 1)]


@pytest.mark.parametrize(
    ("columns", "wrong", "right"),
    [
        ("keys: [orderid], sequence_by: [Seq]", "orderid", "OrderId"),
        ("keys: [OrderId], sequence_by: [seq]", "seq", "Seq"),
    ],
)
def test_a_column_in_another_case_than_write_names_it_is_one_clear_error(
    make_shop: Make, columns: str, wrong: str, right: str
) -> None:
    shop = make_shop({"tables/silver/orders": f"from: bronze.orders\nwrite: {{strategy: upsert, {columns}}}\n"})
    shop.land("a.csv", FIRST)
    with pytest.raises(RunFailed, match=f"LS511.*write names the column '{wrong}', and the rows have '{right}'"):
        shop.run(select=BOTH)


def test_an_order_of_the_sequence_that_is_not_the_rows_is_refused(built: Make) -> None:
    two = SPEC.replace("[seq]", "[seq, sku]")
    shop = built(two)
    shop.land("b.csv", SECOND)
    shop.spec("tables/silver/orders", two.replace("[seq, sku]", "[sku, seq]"))
    with pytest.raises(RunFailed, match=r"LS511 sequence_by is sku, seq, the table's rows are ordered by seq, sku"):
        shop.run(select=BOTH)


@pytest.mark.parametrize(("had", "now"), [("upsert", "scd2"), ("scd2", "upsert")])
def test_versions_do_not_become_rows_nor_rows_versions(built: Make, had: str, now: str) -> None:
    spec = SPEC.replace("strategy: upsert", "strategy: STRATEGY") + "on_schema_change: add\n"
    shop = built(spec.replace("STRATEGY", had))
    shop.land("b.csv", SECOND)
    shop.spec("tables/silver/orders", spec.replace("STRATEGY", now))
    with pytest.raises(RunFailed, match=r"LS511 the table is to keep the (versions|newest rows) of its keys"):
        shop.run(select=BOTH)
