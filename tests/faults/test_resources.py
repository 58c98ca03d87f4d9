"""A run that is asked to stop, one without room for its shuffles, and one without memory."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tests.faults.damage import AFTER_THREE, AFTER_TWO, SELECT, THIRD, bronze_ids, commit_file, quantities
from tests.faults.disk import mount, needs_root
from tests.faults.process import Process
from tests.shop import SPECS, Shop


def devour_when_flagged(df: DataFrame, flag: str) -> DataFrame:
    """Ask for more memory than there is while the file `flag` exists."""
    return df.withColumn("sku", F.substring(F.repeat("sku", 1_500_000_000), 1, 1)) if Path(flag).exists() else df


def widen_when_flagged(df: DataFrame, flag: str) -> DataFrame:
    """Shuffle some ten megabytes while the file `flag` exists."""
    if not Path(flag).exists():
        return df
    noise = df.select(F.explode(F.sequence(F.lit(1), F.lit(100_000))).alias("n"))
    groups = noise.groupBy(F.sha2(F.col("n").cast("string"), 512)).count()
    return df.crossJoin(groups.agg(F.count("*").alias("n"))).filter("n > 0").drop("n")


def with_step(shop: Shop, name: str) -> Path:
    """Give the silver orders a step that does harm while a file exists; returns the file."""
    flag = shop.root / "flag"
    step = f"steps:\n  - tests.faults.test_resources:{name}: {{flag: {flag}}}\nchecks:"
    shop.spec("tables/silver/orders", SPECS["tables/silver/orders"].replace("checks:", step))
    flag.touch()
    return flag


def heals(shop: Shop, flag: Path) -> None:
    """Check that nothing was published, and that the next run does it all."""
    assert quantities(shop) == AFTER_TWO
    flag.unlink()
    shop.run(select=SELECT)
    assert (quantities(shop), len(bronze_ids(shop))) == (AFTER_THREE, 6)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    mount("size=2m", directory)
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


@needs_root
@pytest.mark.prove
def test_no_room_for_shuffles_is_one_clear_error_and_the_next_run_does_it_all(
    shop: Shop, root: Path, scratch: Path
) -> None:
    flag = with_step(shop, "widen_when_flagged")
    shop.land("c.csv", THIRD)
    status, output = Process(shop, root, SPARK_LOCAL_DIRS=str(scratch)).end()
    assert (status, "LS700" in output, "No space left on device" in output) == (1, True, True)
    heals(shop, flag)


@pytest.mark.prove
def test_no_memory_is_one_clear_error_and_the_next_run_does_it_all(shop: Shop, root: Path) -> None:
    flag = with_step(shop, "devour_when_flagged")
    shop.land("c.csv", THIRD)
    status, output = Process(shop, root, "spark.driver.memory 500m").end()
    assert (status, "LS804" in output) == (1, True), output
    heals(shop, flag)


@pytest.mark.prove
def test_a_run_that_is_asked_to_stop_is_ended_by_the_next_one(shop: Shop, root: Path) -> None:
    shop.land("c.csv", THIRD)
    process = Process(shop, root)
    process.wait_for(commit_file(shop, "bronze.orders", 2))
    process.signal(signal.SIGTERM)
    status, _ = process.end()
    assert status != 0
    assert quantities(shop) == AFTER_TWO
    shop.spec("base", "name: shop\nlock_wait_seconds: 60\n")
    shop.run(select=SELECT)
    assert (quantities(shop), len(bronze_ids(shop))) == (AFTER_THREE, 6)
