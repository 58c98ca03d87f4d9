"""Each join of large sides at growing sizes, and the same joins on the executors of a cluster.

``python -m tests.benchmarks.joins.growth OUT MASTER ROUNDS ROWS [ROWS …]`` runs all joins at all sizes; OUT gets the event
log and ``rounds.json``. The slope is log(CPU ÷ CPU) ÷ log(rows ÷ rows): 1 is in proportion to the rows.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.transforms.joins.as_of import join_as_of
from lakesmith.transforms.joins.bloom import anti_join_bloom, join_bloom, semi_join_bloom
from lakesmith.transforms.joins.lookup import join_lookup
from lakesmith.transforms.joins.range import join_range
from lakesmith.transforms.joins.scd2 import join_scd2
from lakesmith.transforms.joins.skewed import join_skewed
from lakesmith.types import Transform
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, read_event_log
from tests.benchmarks.idle import ENV, cpu_seconds
from tests.benchmarks.joins.rounds import AS_LARGE
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.ground import local_session

ROWS_OF_A_KEY = 10
SECONDS = 90 * 86_400
HOT = 7
LOCAL, CLUSTER = "local[2]", "local-cluster[2,1,1024]"
Found = list[dict[str, Any]]


def ground(spark: SparkSession, out: Path, rows: int) -> None:
    """Write facts of which 60 % have one key, and for each key a row, a version from a time on and a span."""
    keys = rows // ROWS_OF_A_KEY
    is_hot = F.pmod(F.xxhash64("id", F.lit(1)), F.lit(10)) < 6
    key = F.when(is_hot, F.lit(HOT)).otherwise(F.pmod(F.xxhash64("id"), F.lit(keys)))
    facts = spark.range(0, rows, 1, 4).select("id", key.alias("hot"), _key(keys).alias("k"), _time(2).alias("at"))
    facts.write.parquet(str(out / str(rows) / "facts"))
    whole = spark.range(0, keys, 1, 4)
    others = whole.select(F.col("id").alias("k"), F.xxhash64("id", F.lit(3)).alias("v"), _time(4).alias("valid_from"))
    spans = others.withColumn("valid_to", F.col("valid_from") + F.expr("INTERVAL 12 HOURS"))
    spans.write.parquet(str(out / str(rows) / "others"))


def _key(keys: int) -> Any:
    return F.pmod(F.xxhash64("id", F.lit(5)), F.lit(keys))


def _time(seed: int) -> Any:
    return F.timestamp_seconds(F.pmod(F.xxhash64("id", F.lit(seed)), F.lit(SECONDS)))


def joins(other: DataFrame, rows: int) -> dict[str, Transform]:
    """Return the joins by name; those of hot keys have them given."""
    few = other.filter(F.pmod("k", F.lit(100)) == 0)
    value = other.select("k", "v")
    hot = value.withColumnRenamed("k", "hot")
    keys = rows // ROWS_OF_A_KEY // 100 + 1
    bloom = {"other": few.select("k", "v"), "on": ["k"], "expected_keys": keys}
    of_keys = {"other": few.select("k"), "on": ["k"], "expected_keys": keys}
    given = {"other": hot, "on": ["hot"], "hot_keys": [HOT], "other_hot_keys": []}
    in_time = {"on": ["k"], "at": "at", "columns": ["v"]}
    return {
        "join_skewed, salted, full": join_skewed(**given, how="full"),
        "join_skewed, split, full": join_skewed(**given, how="full", other_is_unique=True),
        "semi_join_bloom": semi_join_bloom(**of_keys),
        "anti_join_bloom": anti_join_bloom(**of_keys),
        "join_bloom, inner": join_bloom(**bloom, how="inner"),
        "join_as_of": join_as_of(other=other, other_at="valid_from", **in_time),
        "join_range": join_range(other=other, other_at=["valid_from", "valid_to"], width="12h", **in_time),
        "join_scd2": join_scd2(other=other, valid_from="valid_from", valid_to="valid_to", **in_time),
        "join_lookup": join_lookup(other=value, on=["k"], columns=["v"]),
    }


def run(out: Path, master: str, rounds: int, sizes: Iterable[int]) -> None:
    """Run all joins at all sizes, once to get warm and then so often."""
    (out / "events").mkdir(parents=True)
    settings = SETTINGS | AS_LARGE | {"spark.eventLog.dir": (out / "events").as_uri(), "spark.master": master}
    spark = local_session(settings)
    found: Found = []
    for rows in sizes:
        ground(spark, out, rows)
        facts, other = (spark.read.parquet(str(out / str(rows) / name)) for name in ("facts", "others"))
        for name, join in joins(other, rows).items():
            result = facts.transform(join)
            for number in range(rounds + 1):
                cpu, begin = cpu_seconds(), time.time()
                sums = _sums(result)
                cpu = cpu_seconds() - cpu
                one = {"join": name, "rows": rows, "begin": begin, "end": time.time(), "cpu": cpu, "sums": sums}
                found += [one] if number else []
            (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")
    spark.stop()


def _sums(result: DataFrame) -> list[str]:
    of_row = F.xxhash64(*sorted(result.columns)).cast("decimal(38,0)")
    (row,) = result.agg(F.count(F.lit(1)), F.sum(of_row)).collect()
    return [str(value) for value in row]


def join_growth(scratch: Path, rounds: int, sizes: tuple[int, int, int]) -> str:
    """Return the figures of all joins as Markdown."""
    texts = [str(rows) for rows in sizes]
    module = [sys.executable, "-m", "tests.benchmarks.joins.growth"]
    measure([*module, str(scratch / "local"), LOCAL, str(rounds), *texts], env=ENV)
    measure([*module, str(scratch / "cluster"), CLUSTER, "1", texts[1]], env=ENV)
    return f"{_slopes(scratch / 'local', sizes, rounds)}\n\n{_cluster(scratch, sizes[1])}"


def _slopes(out: Path, sizes: tuple[int, int, int], rounds: int) -> str:
    cpu = _medians(_read(out))
    lines = []
    for name in dict.fromkeys(join for join, _ in cpu):
        spent = [cpu[name, rows] for rows in sizes]
        slopes = [_slope(spent, sizes, 0, 2), _slope(spent, sizes, 1, 2)]
        lines.append((name, *(f"{one:.2f}" for one in (*spent, *slopes))))
    heads = [f"CPU s of {rows:,}" for rows in sizes]
    last = f"{sizes[1]:,} to {sizes[2]:,}"
    title = f"## Growth of joins (median of {rounds}, warm, 60 % of the rows of a skewed join have one key)"
    return f"{title}\n\n{markdown(('join', *heads, 'slope', f'slope of {last}'), lines)}"


def _slope(spent: list[float], sizes: tuple[int, ...], first: int, last: int) -> float:
    return math.log(spent[last] / spent[first]) / math.log(sizes[last] / sizes[first])


def _medians(found: Found) -> dict[tuple[str, int], float]:
    grouped: dict[tuple[str, int], list[float]] = {}
    for one in found:
        grouped.setdefault((one["join"], one["rows"]), []).append(one["cpu"])
    return {key: statistics.median(spent) for key, spent in grouped.items()}


def _cluster(scratch: Path, rows: int) -> str:
    """Lay out what two executors in processes of their own gave and shuffled."""
    local, cluster = (_by_join(scratch / name, rows) for name in ("local", "cluster"))
    lines = []
    for name, (sums, shuffled) in cluster.items():
        same = "yes" if sums == local[name][0] else "NO"
        lines.append((name, sums[0], same, f"{local[name][1]:,}", f"{shuffled:,}"))
    head = ("join", "rows", "same result as in one process", "bytes shuffled in one process", "on the cluster")
    return f"## {CLUSTER}, {rows:,} rows (pyspark {version('pyspark')})\n\n{markdown(head, lines)}"


def _by_join(out: Path, rows: int) -> Mapping[str, tuple[list[str], int]]:
    log = read_event_log(next((out / "events").iterdir()))
    last = {one["join"]: one for one in _read(out) if one["rows"] == rows}
    parts = {name: log.between(one["begin"], one["end"]) for name, one in last.items()}
    return {name: (last[name]["sums"], sum(job.shuffle_bytes for job in part.jobs)) for name, part in parts.items()}


def _read(out: Path) -> Found:
    found: Found = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), [int(rows) for rows in sys.argv[4:]])
