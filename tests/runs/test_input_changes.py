"""Rows of an upsert follow the tables that they look up, as `on_input_change: recompute` says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import read_ledger
from lakesmith.tables.ref import table_ref
from tests.runs.crash_injection import PLACES, CrashPoints, Killed
from tests.runs.enriched_shop import ENRICHED, enriched_shop, land, model
from tests.shop import Shop, built_once, by_table

FACTS = ["1,7,5,1,I", "2,7,5,1,I", "3,8,5,1,I", "4,,5,1,I", "5,7,-1,1,I"]
DIMENSION = ["7,UK,0,1,I", "8,FR,0,1,I"]
TABLE = "gold.enriched"


@pytest.fixture(scope="module")
def built(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with five lines, three of customer 7, of which one is in the quarantine."""

    def build(place: Path) -> None:
        shop = enriched_shop(place, spark)
        land(shop, "0", FACTS, DIMENSION)
        shop.run()

    return Shop.existing(built_once(tmp_path_factory, "enriched-shop", build), spark)


@pytest.fixture
def shop(built: Shop, tmp_path: Path) -> Shop:
    """A copy of it, whose feed is a copy too."""
    return moved_feed(built, tmp_path / "copy")


def moved_feed(built: Shop, root: Path) -> Shop:
    """Return a copy of a shop that takes new files from a directory of its own."""
    copy = built.copied(root)
    copy.landing = root / "in"
    for feed in ("lines", "customers"):
        text = (root / "conf/sources" / f"{feed}.yml").read_text()
        path = str(copy.landing / feed)
        copy.spec(f"sources/{feed}", text.replace(str(built.landing / feed), path))
    copy.landing.mkdir()
    return copy


def rows(shop: Shop) -> list[tuple[object, ...]]:
    return sorted(shop.rows(TABLE), key=repr)


def updated(shop: Shop, lines: list[str], customers: list[str]) -> tuple[int, int, int, int, int]:
    """Land and run, and return what the enriched table read, dropped, quarantined, accepted and updated."""
    land(shop, "1", lines, customers)
    counts = by_table(shop.run())[TABLE].counts
    return counts.read, counts.dropped, counts.quarantined, counts.accepted, counts.updated


def test_a_changed_customer_computes_its_lines_again_and_no_other(shop: Shop) -> None:
    land(shop, "1", [], ["7,AA,0,2,U"])
    (planned,) = [table for table in shop.lake.plan().tables if table.table == TABLE]
    change = "a change computes the rows again that have its keys"
    assert planned.joins == (f"join with silver.customers by customer: {change}",)
    # Lines 1, 2 and 5 of the customer are read; the last one is in the quarantine and stays there once. The others
    # win at an equal sequence, though AA is less than UK.
    assert updated(shop, [], []) == (3, 0, 1, 2, 2)
    assert rows(shop) == model(FACTS, [*DIMENSION, "7,AA,0,2,U"])
    assert shop.reasons(TABLE) == ["qty_plausible"]
    found = "join customers: literals, the changed keys are few enough to prune files (keys 1)"
    assert shop.lake.history(TABLE)[0]["joins"] == [found]
    assert versions_read(shop) == {"table": "silver.customers", "to": version_of(shop, "silver.customers")}
    assert by_table(shop.run())[TABLE].state == "nothing_new"


def test_a_deleted_customer_leaves_null_and_a_column_that_no_step_takes_changes_nothing(shop: Shop) -> None:
    customers = ["7,UK,99,2,U", "8,,,2,D"]
    assert updated(shop, [], customers) == (1, 0, 0, 1, 1)
    assert rows(shop) == model(FACTS, [*DIMENSION, *customers])


def test_a_key_made_of_the_whole_raw_row_is_found(shop: Shop) -> None:
    step = "  - with_columns: {customer: \"IF(contains(to_json(_raw), '_whole'), 0, 7)\"}\n"
    shop.spec("tables/gold/enriched", ENRICHED.replace("steps:\n", f"steps:\n{step}"))
    shop.lake.run(rebuild=True, select=[TABLE])
    updated(shop, [], ["7,AA,0,2,U"])
    assert {row[4] for row in rows(shop)} == {"AA"}


def versions_read(shop: Shop) -> object:
    """Return the version of the customers that the ledger knows the rows to be computed with."""
    return _state(shop, TABLE).positions["table"]["inputs"]["customers"]


def version_of(shop: Shop, table: str) -> int | None:
    return _state(shop, table).version


def _state(shop: Shop, table: str) -> TableState:
    ledger = table_ref(str(shop.root / "lake"), None, "ops.ledger")
    return read_ledger(None, ledger, "test").state(table)


def test_new_and_touched_lines_come_once_in_one_batch(shop: Shop) -> None:
    lines = ["1,7,6,2,U", "2,,,2,D", "6,8,1,1,I", "3,7,5,2,U"]
    customers = ["7,DE,0,2,U"]
    read, dropped, quarantined, accepted, _ = updated(shop, lines, customers)
    assert rows(shop) == model([*FACTS, *lines], [*DIMENSION, *customers])
    assert (read, dropped, quarantined, accepted) == (5, 0, 1, 4)


@pytest.mark.parametrize("place", PLACES)
def test_a_crash_reads_the_same_again(shop: Shop, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    lines = ["6,7,1,1,I"]
    customers = ["7,DE,0,2,U"]
    land(shop, "1", lines, customers)
    points = CrashPoints(monkeypatch)
    points.due = {(place, TABLE)}
    with pytest.raises(Killed):
        shop.run()
    # Another line and customer come before the batch is run again.
    land(shop, "2", ["7,8,1,1,I"], ["8,IT,0,2,U"])
    result = by_table(shop.run())[TABLE]
    assert result.batches == 2
    assert rows(shop) == model([*FACTS, *lines, "7,8,1,1,I"], [*DIMENSION, *customers, "8,IT,0,2,U"])
    assert shop.reasons(TABLE) == ["qty_plausible"]


def test_a_table_that_began_to_follow_computes_all_its_rows_once(shop: Shop) -> None:
    shop.spec("tables/gold/enriched", ENRICHED.replace("on_input_change: recompute\n", ""))
    line = "6,8,1,1,I"
    assert updated(shop, [line], ["7,DE,0,2,U"])[0] == 1
    shop.spec("tables/gold/enriched", ENRICHED)
    assert updated(shop, [], [])[0] == len([*FACTS, line])
    assert rows(shop) == model([*FACTS, line], [*DIMENSION, "7,DE,0,2,U"])
    assert shop.reasons(TABLE) == ["qty_plausible"]


def test_many_changed_keys_are_found_by_a_join(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakesmith.batch.read.touched_keys.MAX_KEYS", 1)
    customers = ["7,DE,0,2,U", "8,IT,0,2,U"]
    assert updated(shop, [], customers)[-1] == 3
    assert rows(shop) == model(FACTS, [*DIMENSION, *customers])
    assert any("semi join" in join for join in shop.lake.history(TABLE)[0]["joins"])


def random_events(seed: int) -> tuple[list[str], list[str]]:
    """Return events of few lines and customers: corrections, deletes, bad rows and missing customers."""
    chance = random.Random(seed)
    lines = [
        f"{chance.randint(1, 6)},{chance.choice(['7', '8', '9', ''])},{chance.choice('159')},{at},"
        f"{chance.choice('IIUD')}"
        for at in range(1, 13)
    ]
    customers = [
        f"{chance.choice('789')},{chance.choice(['UK', 'DE', ''])},{at},{at},{chance.choice('IIUUD')}"
        for at in range(1, 9)
    ]
    return lines, customers


def shuffled(values: Sequence[str], chance: random.Random, parts: int) -> list[list[str]]:
    """Return values in some order, cut into parts of which some are empty."""
    left = list(values)
    chance.shuffle(left)
    places = [chance.randrange(parts) for _ in left]
    return [[value for value, at in zip(left, places, strict=True) if at == part] for part in range(parts)]


def holds(root: Path, spark: SparkSession, seed: int) -> None:
    lines, customers = random_events(seed)
    chance = random.Random(seed)
    shop = enriched_shop(root, spark)
    files = zip(shuffled(lines, chance, 3), shuffled(customers, chance, 3), strict=True)
    for number, (some_lines, some_customers) in enumerate(files):
        land(shop, str(number), some_lines, some_customers)
        shop.run()
    assert rows(shop) == model(lines, customers)


def test_late_and_shuffled_batches_give_the_full_recomputation(spark: SparkSession, tmp_path: Path) -> None:
    holds(tmp_path / "shop", spark, seed=3)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_any_batches_give_the_full_recomputation(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    holds(tmp_path / "shop", spark, seed=seed)
