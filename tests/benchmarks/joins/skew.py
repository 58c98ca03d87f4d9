"""Joins of skewed keys: how evenly the tasks are loaded, and what it costs beside uniform keys.

``python -m tests.benchmarks.joins.skew OUT ROUNDS ROWS`` runs all ways; OUT gets the event log and ``rounds.json``.
Spark's own split of skewed partitions has its threshold lowered in proportion to the data.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.transforms.joins.skewed import HotKeys, find_hot_keys, join_skewed
from tests.benchmarks.cpu import measure
from tests.benchmarks.idle import ENV
from tests.benchmarks.joins.rounds import Key, Query, measured, run_rounds, session_with_log
from tests.benchmarks.joins.tasks import join_stage
from tests.benchmarks.markdown import markdown

HOWS = ("inner", "left", "right", "full", "semi", "anti")
UNIFORM, ZIPF, ONE = "uniform", "Zipf 1.2", "one key 60 %"
PLAIN, FROZEN, FOUND = "Spark", "salted, keys given", "salted, keys found"
SPLIT, SPLIT_FOUND = "split, keys given", "split, keys found"
HEAD = (
    "join", "keys", "way", "max ÷ mean records of a task", "CPU s of tasks", "÷ uniform", "CPU s", "÷ uniform",
)  # fmt: skip
KEYS_PER_ROW = 10
FILES = 8
SKEW = {
    "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "2MB",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "1MB",
}


def ground(out: Path, rows: int) -> None:
    """Write the facts, with each distribution of keys, and a side with a row for most keys."""
    chance = np.random.default_rng(7)
    keys = rows // KEYS_PER_ROW
    weights = np.arange(1, keys + 1) ** -1.2
    drawn = {
        UNIFORM: chance.integers(0, keys, rows),
        ZIPF: chance.choice(keys, rows, p=weights / weights.sum()),
        ONE: np.where(chance.random(rows) < 0.6, 7, chance.integers(0, keys, rows)),
    }
    for name, column in drawn.items():
        _write(out / name, column, "id")
    # A twentieth of the keys has no fact, and a twentieth of the keys of facts has no row.
    _write(out / "other", np.arange(keys // 20, keys + keys // 20), "v")


def _write(directory: Path, keys: np.ndarray, name: str) -> None:  # type: ignore[type-arg]
    directory.mkdir(parents=True)
    numbers = np.arange(len(keys))
    text = pa.array([f"{number * 2654435761 % 2**40:040x}" for number in numbers])
    table = pa.table({"k": keys * 7919 + 13, name: numbers, f"{name}_text": text})
    size = len(keys) // FILES + 1
    for number in range(FILES):
        pq.write_table(table.slice(number * size, size), directory / f"{number}.parquet")


def run(out: Path, rounds: int, rows: int) -> None:
    """Run all ways."""
    ground(out / "ground", rows)
    spark = session_with_log(out)
    for key, value in SKEW.items():
        spark.conf.set(key, value)
    ways = queries(spark, out)
    _require_equal(ways)
    run_rounds(out, ways, rounds)
    spark.stop()


def queries(spark: SparkSession, out: Path) -> dict[Key, Query]:
    """Return the ways, by join, keys and name."""
    other = _read(spark, out, "other")
    uniform = _read(spark, out, UNIFORM)
    found: dict[Key, Query] = {(how, UNIFORM, PLAIN): _plain(uniform, other, how) for how in HOWS}
    for keys in (ZIPF, ONE):
        facts = _read(spark, out, keys)
        given = {"hot_keys": find_hot_keys(facts, ["k"]), "other_hot_keys": ()}
        for how in HOWS:
            found[(how, keys, PLAIN)] = _plain(facts, other, how)
            found[(how, keys, FROZEN)] = _skewed(facts, other, how, given)
            found[(how, keys, FOUND)] = _skewed(facts, other, how, {})
            found[(how, keys, SPLIT)] = _skewed(facts, other, how, {**given, "other_is_unique": True})
            found[(how, keys, SPLIT_FOUND)] = _skewed(facts, other, how, {"other_is_unique": True})
    return found


def _read(spark: SparkSession, out: Path, name: str) -> DataFrame:
    return spark.read.parquet(str(out / "ground" / name))


def _plain(facts: DataFrame, other: DataFrame, how: str) -> Query:
    names = {"semi": "left_semi", "anti": "left_anti"}
    return lambda: facts.join(other, "k", names.get(how, how))


def _skewed(facts: DataFrame, other: DataFrame, how: str, given: Mapping[str, HotKeys | tuple[()] | bool]) -> Query:
    return lambda: facts.transform(join_skewed(other=other, on=["k"], how=how, **given))  # type: ignore[arg-type]


def _require_equal(ways: Mapping[Key, Query]) -> None:
    """Refuse ways that give other rows."""
    for how in HOWS:
        sums = {way: _checksum(ways[(how, ONE, way)]()) for way in (PLAIN, FROZEN, FOUND, SPLIT, SPLIT_FOUND)}
        if len(set(sums.values())) != 1:
            raise SystemExit(f"{how}: the ways give other rows: {sums}")


def _checksum(df: DataFrame) -> tuple[int, ...]:
    names = sorted(df.columns)
    of_row = F.sum(F.xxhash64(*names).cast("decimal(38,0)"))
    (row,) = df.agg(F.count(F.lit(1)), of_row).collect()
    return tuple(row)


def skew(scratch: Path, rounds: int, rows: int) -> str:
    """Return the figures as Markdown."""
    out = scratch / "out"
    measure([sys.executable, "-m", "tests.benchmarks.joins.skew", str(out), str(rounds), str(rows)], env=ENV)
    return report(out, rounds, rows)


def report(out: Path, rounds: int, rows: int) -> str:
    """Lay the rounds out."""
    found = sorted(measured(out), key=lambda one: HOWS.index(one[0][0]))
    cpu_of_tasks = {key: sum(stage.cpu_seconds for stage in stages) for key, _, stages in found}
    cpu_of_all = {key: cpu for key, cpu, _ in found}
    lines = []
    for key, _, stages in found:
        uniform = (key[0], UNIFORM, PLAIN)
        figures = [f"{join_stage(stages).skew:.2f}"]
        for cpu in (cpu_of_tasks, cpu_of_all):
            figures += [f"{cpu[key]:.2f}", f"{cpu[key] / cpu[uniform]:.2f}"]
        lines.append((*key, *figures))
    title = f"## Skewed keys: {rows:,} rows, 16 tasks (median of {rounds}, warm; pyspark {version('pyspark')})"
    return f"{title}\n\n{markdown(HEAD, lines)}"


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
