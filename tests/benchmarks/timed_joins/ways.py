"""Ways to join by time and by range, for the benchmarks of `join_as_of` and `join_range`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.transforms.joins import as_of as as_of_module
from lakesmith.transforms.joins.as_of import AsOf, join_as_of, join_as_of_many
from lakesmith.transforms.joins.range import join_range

Found = dict[str, Any]
Way = Callable[[SparkSession, Path], Found]
KEYS, MICROS = 2_000, 1_000_000
SPAN = 90 * 86_400 * MICROS
# As Feast's Spark store writes it: pairs in range, newest of each request, back to the pairs, back to the requests.
FEAST = """
WITH requests AS (SELECT *, concat(string(k), '_', string(at)) AS row_id FROM {asked}),
asked_once AS (SELECT k, at AS entity_at, row_id FROM requests GROUP BY k, at, row_id),
base AS (SELECT r.k, r.at, r.v, r.w, a.entity_at, a.row_id FROM {known} r JOIN asked_once a
         ON r.at < a.entity_at AND r.k = a.k),
latest AS (SELECT at, row_id FROM (SELECT *, row_number() OVER (PARTITION BY row_id ORDER BY at DESC) AS n FROM base)
           WHERE n = 1),
cleaned AS (SELECT base.* FROM base JOIN latest USING (row_id, at))
SELECT requests.id, requests.k, requests.at, cleaned.v, cleaned.w FROM requests LEFT JOIN cleaned USING (row_id)
"""


def side(spark: SparkSession, rows: int, seed: int, hot: int, values: int = 2) -> DataFrame:
    """Return rows of keys and times, of which some percent have one key."""
    number = F.xxhash64("id", F.lit(seed))
    is_hot = F.pmod(F.xxhash64("id", F.lit(seed + 1)), F.lit(100)) < hot
    key = F.when(is_hot, F.lit(0)).otherwise(F.pmod(number, F.lit(KEYS))).alias("k")
    at = F.timestamp_micros(F.pmod(F.xxhash64("id", F.lit(seed + 2)), F.lit(SPAN))).alias("at")
    numbers = [F.pmod(F.xxhash64("id", F.lit(seed + 3 + n)), F.lit(1000)).alias("vwxyz"[n]) for n in range(values)]
    return spark.range(0, rows, 1, 4).select("id", key, at, *numbers)


def total(joined: DataFrame, columns: tuple[str, ...] = ("v", "w")) -> Found:
    """Run a join and sum up what it gives."""
    sums = [F.sum(name).cast("bigint").alias(name) for name in columns]
    return joined.agg(F.count("*").alias("rows"), F.sum("id").alias("ids"), *sums).first().asDict()  # type: ignore[union-attr]


def sides(spark: SparkSession, ground: Path) -> tuple[DataFrame, DataFrame]:
    asked, known = (spark.read.parquet(str(ground / name)) for name in ("asked", "known"))
    return asked, known.drop("id")


def ours(spark: SparkSession, ground: Path) -> Found:
    """Join by one union."""
    asked, known = sides(spark, ground)
    return total(asked.transform(join_as_of(other=known, on=["k"], at="at")))


def in_parts(spark: SparkSession, ground: Path) -> Found:
    """Join by a union whose keys are cut in parts along the time."""
    asked, known = sides(spark, ground)
    before, as_of_module.ROWS_OF_A_PART = as_of_module.ROWS_OF_A_PART, 20_000
    try:
        join = join_as_of(other=known, on=["k"], at="at", hot_key_rows=180_000, hot_key_span="90d")
        return total(asked.transform(join))
    finally:
        as_of_module.ROWS_OF_A_PART = before


def fifth(known: DataFrame, number: int) -> DataFrame:
    """Return one of five parts of the rows, the same ones each time."""
    part = F.pmod(F.xxhash64("k", "at"), F.lit(5))
    return known.filter(part == number).select("k", "at", "v")


def five_tables(spark: SparkSession, ground: Path) -> Found:
    """Join five right tables by one union."""
    asked, known = sides(spark, ground)
    tables = [AsOf(fifth(known, n), columns={name: "v"}) for n, name in enumerate("vwxyz")]
    return total(asked.transform(join_as_of_many(others=tables, on=["k"], at="at")), tuple("vwxyz"))


def one_by_one(spark: SparkSession, ground: Path) -> Found:
    """Join five right tables one after the other."""
    asked, known = sides(spark, ground)
    for n, name in enumerate("vwxyz"):
        table = fifth(known, n)
        asked = asked.transform(join_as_of(other=table, on=["k"], at="at", columns={name: "v"}))
    return total(asked, tuple("vwxyz"))


def feast(spark: SparkSession, ground: Path) -> Found:
    """Join as Feast's SQL does."""
    asked, known = sides(spark, ground)
    return total(spark.sql(FEAST, asked=asked, known=known))


def polars(spark: SparkSession, ground: Path) -> Found:
    """Join by Polars, which takes sides in the order of their times."""
    asked, known = (pl.read_parquet(ground / name / "*.parquet").sort("at") for name in ("asked", "known"))
    joined = asked.join_asof(known.drop("id"), on="at", by="k", allow_exact_matches=False)
    sums = joined.select(pl.len(), pl.col("id").sum(), pl.col("v").sum(), pl.col("w").sum()).row(0)
    return dict(zip(("rows", "ids", "v", "w"), sums, strict=True))


def spans(spark: SparkSession, ground: Path) -> tuple[DataFrame, DataFrame]:
    asked, known = (spark.read.parquet(str(ground / name)) for name in ("asked", "known"))
    return asked, known.drop("id")


def range_ours(on: list[str], width: str) -> Way:
    """Return a join of points and intervals by buckets."""

    def way(spark: SparkSession, ground: Path) -> Found:
        asked, known = spans(spark, ground)
        join = join_range(other=known, on=on, at="at", other_at=["b", "e"], width=width, columns=["v", "w"])
        return total(asked.transform(join))

    return way


def range_default(on: list[str], points: float = 1.0) -> Way:
    """Return a join as Spark plans it from its conditions."""

    def way(spark: SparkSession, ground: Path) -> Found:
        asked, known = spans(spark, ground)
        few = asked if points == 1.0 else asked.filter(F.pmod("id", F.lit(round(1 / points))) == 0)
        inside = (few["at"] >= known["b"]) & (few["at"] < known["e"])
        for name in on:
            inside &= few[name] == known[name]
        return total(few.join(known, inside).select(few["id"], "v", "w"))

    return way
