"""Any permutation of the same input, in any files and runs, gives the same tables."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.shop import TABLES, Shop

SHORT = (Phase.explicit, Phase.generate)
NUMBERS = itertools.count()
Runs = tuple[tuple[tuple[str, ...], ...], ...]


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Draw an order line: few keys and sequences, so that corrections, deletes, ties and repeats are many."""
    fields = [
        draw(st.sampled_from(["1", "2", "", "x"])),
        draw(st.sampled_from("AB")),
        draw(st.sampled_from(["1", "7", "-1"])),
        draw(st.sampled_from(["1.00", "2.50"])),
        draw(st.sampled_from(["2026-01-01", "2026-01-02", ""])),
        draw(st.sampled_from(["1", "2", "3", ""])),
        draw(st.sampled_from("IUD")),
    ]
    return ",".join(fields)


@st.composite
def splits(draw: st.DrawFn) -> tuple[list[str], Runs]:
    """Draw order lines, and a way to land them: shuffled, cut into runs of files; some files repeat lines."""
    one_batch = draw(st.lists(lines(), min_size=4, max_size=14))
    shuffled = draw(st.permutations(one_batch))
    cuts = sorted(draw(st.lists(st.integers(0, len(one_batch)), min_size=2, max_size=3)))
    files = [tuple(shuffled[a:b]) for a, b in itertools.pairwise([0, *cuts, len(one_batch)])]
    runs = draw(st.integers(2, 3))
    return one_batch, tuple(tuple(files[n::runs]) for n in range(runs))


def final(root: Path, spark: SparkSession, runs: Sequence[Sequence[Sequence[str]]]) -> dict[str, list[object]]:
    """Return the tables after these runs of these files."""
    shop = Shop(root / f"shop-{next(NUMBERS)}", spark)
    for number, files in enumerate(runs):
        for index, file in enumerate(files):
            shop.land(f"{number}-{index}.csv", file)
        shop.run()
    return {table: list(shop.rows(table)) for table in TABLES}


def holds(root: Path, spark: SparkSession, landed: tuple[list[str], Runs]) -> None:
    one_batch, runs = landed
    assert final(root, spark, runs) == final(root, spark, [[one_batch]])


def test_order_and_batching_do_not_show(spark: SparkSession, tmp_path: Path) -> None:
    @given(splits())
    @settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=SHORT)
    def law(landed: tuple[list[str], Runs]) -> None:
        holds(tmp_path, spark, landed)

    law()


@pytest.mark.prove
def test_order_and_batching_never_show(spark: SparkSession, tmp_path: Path) -> None:
    @given(splits())
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    def law(landed: tuple[list[str], Runs]) -> None:
        holds(tmp_path, spark, landed)

    law()


@pytest.mark.prove
def test_ties_deletes_and_null_keys_in_every_order(spark: SparkSession, tmp_path: Path) -> None:
    rows = [
        "1,B,1,2.50,2026-01-01,1,I", "1,A,7,1.00,2026-01-02,1,I", "1,A,1,1.00,2026-01-01,1,U",
        "2,A,1,1.00,2026-01-01,3,D", "2,B,7,1.00,2026-01-01,2,U",
        ",A,1,1.00,,1,I", ",B,1,1.00,2026-01-01,,I", ",A,1,1.00,,1,I",
    ]  # fmt: skip
    one_batch = final(tmp_path, spark, [[rows]])
    shuffled = random.Random(7).sample(rows, len(rows))
    assert final(tmp_path, spark, [[rows[n::3]] for n in range(3)]) == one_batch
    assert (
        final(tmp_path, spark, [[shuffled[:4], shuffled[4:]], [rows[:2]]])["silver.orders"]
        == one_batch["silver.orders"]
    )
