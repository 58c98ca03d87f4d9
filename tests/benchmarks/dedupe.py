"""One row per key of wide rows: what is shuffled, sorted and read, beside other ways.

``python -m tests.benchmarks.dedupe GROUND WAY OUT ROUNDS`` runs one way in this process: twice to get warm, then
ROUNDS times; OUT gets the event log and ``rounds.json``. Every way sums up its rows, so that all columns are read.
"""

from __future__ import annotations

import base64
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.transforms.keys.dedupe import dedupe
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, read_event_log
from tests.benchmarks.idle import ENV, cpu_seconds
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.ground import local_session

FILES, WARM_UPS = 8, 2
SPREAD = 0x9E3779B97F4A7C15  # neighbouring numbers become keys that no codec makes small
KEYS, ORDER = ["id"], ["seen"]
DEDUPE, DROP, DUCK = "dedupe", "dropDuplicates", "DuckDB QUALIFY"
WAYS: dict[str, Callable[[DataFrame], DataFrame]] = {
    DEDUPE: dedupe(keys=KEYS, order_by=ORDER),
    DROP: lambda df: df.dropDuplicates(KEYS),
}
QUALIFY = """SELECT * FROM read_parquet('{}/*.parquet')
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY seen DESC NULLS LAST, text DESC NULLS LAST) = 1"""
HEAD = (
    "", "way", "bytes shuffled", "÷ dedupe", "sorts", "MB read", "rows read ÷ rows",
    "CPU s of tasks", "CPU s", "÷ dedupe",
)  # fmt: skip
Query = Callable[[], dict[str, Any]]


def make_ground(directory: Path, rows: int, width: int, copies: bool) -> None:
    """Write rows of which half have a key that is there already: a newer row, or the same row again."""
    directory.mkdir(parents=True)
    chance, per_file = random.Random(7), rows // FILES
    for number in range(FILES):
        source = number % (FILES // 2) if copies else number
        if copies and number >= FILES // 2:
            (directory / f"{number}.parquet").write_bytes((directory / f"{source}.parquet").read_bytes())
            continue
        places = range(source * per_file, (source + 1) * per_file)
        text = [base64.b64encode(chance.randbytes(width * 3 // 4)).decode() for _ in places]
        keys = [place % (rows // 2) * SPREAD % 2**63 for place in places]
        pq.write_table(pa.table({"id": keys, "seen": list(places), "text": text}), directory / f"{number}.parquet")


@contextmanager
def ready(way: str, ground: Path, out: Path) -> Iterator[Query]:
    """Give the query of a way, in a session that is there."""
    if way == DUCK:
        with duckdb.connect() as own:
            yield lambda: _duck(own, ground)
        return
    (out / "events").mkdir(parents=True)
    spark = local_session({**SETTINGS, "spark.eventLog.dir": (out / "events").as_uri()})
    yield lambda: _spark(WAYS[way](spark.read.parquet(str(ground))), ground)
    spark.stop()


def _duck(own: duckdb.DuckDBPyConnection, ground: Path) -> dict[str, Any]:
    number = "('0x' || substr(md5(concat_ws('|', id, seen, text)), 1, 15))::BIGINT"
    found = own.execute(f"SELECT count(*), sum({number})::VARCHAR FROM ({QUALIFY.format(ground)})").fetchone()
    return {"rows": found[0], "checksum": found[1]} if found else {}


def _spark(kept: DataFrame, ground: Path) -> dict[str, Any]:
    number = F.expr("CAST(conv(substr(md5(concat_ws('|', id, seen, text)), 1, 15), 16, 10) AS DECIMAL(38, 0))")
    total = kept.agg(F.count("*").alias("rows"), F.sum(number).cast("string").alias("checksum"))
    (row,) = total.collect()
    ran = total._jdf.queryExecution().executedPlan().toString().split("Initial Plan")[0]
    return {**row.asDict(), "sorts": len(re.findall(r"\bSort \[", ran)), "bytes_read": _bytes_read(ran, ground)}


def _bytes_read(ran: str, ground: Path) -> int:
    """Add up the columns of each scan in a plan; Spark's own count of bytes is wrong on a local disk."""
    sizes: dict[str, int] = {}
    for file in ground.glob("*.parquet"):
        meta = pq.read_metadata(file)
        for group in (meta.row_group(number) for number in range(meta.num_row_groups)):
            for chunk in (group.column(number) for number in range(group.num_columns)):
                sizes[chunk.path_in_schema] = sizes.get(chunk.path_in_schema, 0) + chunk.total_compressed_size
    scans = re.findall(r"ReadSchema: struct<([^>]*)>", ran)
    return sum(sizes[field.split(":")[0]] for fields in scans for field in fields.split(",") if field)


def run(ground: Path, way: str, out: Path, rounds: int) -> None:
    """Run one way so often."""
    out.mkdir(parents=True, exist_ok=True)
    found = []
    with ready(way, ground, out) as query:
        for _ in range(WARM_UPS + rounds):
            cpu, begin = cpu_seconds(), time.time()
            found.append({**query(), "begin": begin, "end": time.time(), "cpu_seconds": cpu_seconds() - cpu})
    (out / "rounds.json").write_text(json.dumps(found[WARM_UPS:]), encoding="utf-8")


def dedupes(scratch: Path, rows: int, rounds: int) -> str:
    """Return the figures of wide rows, of narrow rows and of copies."""
    wide, slim = (rows, 1000, False), (rows, 20, False)
    cases = {"newer rows, 1 KB": wide, "newer rows, 20 B": slim, "exact copies, 1 KB": (rows, 1000, True)}
    lines = [line for name, ground in cases.items() for line in _case(scratch / name, name, ground, rounds)]
    stack = f"pyspark {version('pyspark')}, DuckDB {version('duckdb')}"
    title = f"## One row per key: {rows:,} rows, half of them surplus (median of {rounds}, warm; {stack})"
    return f"{title}\n\n{markdown(HEAD, lines)}"


def _case(scratch: Path, name: str, ground: tuple[int, int, bool], rounds: int) -> list[tuple[str, ...]]:
    make_ground(scratch / "ground", *ground)
    found = {}
    for number, way in enumerate((*WAYS, DUCK)):
        out = scratch / str(number)
        call = [str(scratch / "ground"), way, str(out), str(rounds)]
        measure([sys.executable, "-m", "tests.benchmarks.dedupe", *call], env=ENV)
        found[way] = _metrics(out, ground[0])
    _require_equal(name, found)
    return [(name, *_line(way, metrics, found[DEDUPE])) for way, metrics in found.items()]


def _metrics(out: Path, rows: int) -> dict[str, Any]:
    rounds = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    metrics = {**rounds[-1], "cpu": statistics.median(one["cpu_seconds"] for one in rounds)}
    if (out / "events").exists():
        log = read_event_log(next((out / "events").iterdir())).between(metrics["begin"], metrics["end"])
        metrics["shuffled"] = sum(job.shuffle_bytes for job in log.jobs)
        metrics["tasks_cpu"] = sum(job.cpu_seconds for job in log.jobs)
        metrics["scans"] = sum(log.rows_by_path().values()) / rows
    return metrics


def _require_equal(name: str, found: dict[str, dict[str, Any]]) -> None:
    # dropDuplicates keeps any row of a key, so only their number can be compared.
    sums = {metrics["checksum"] for way, metrics in found.items() if way != DROP}
    if len(sums) != 1 or len({metrics["rows"] for metrics in found.values()}) != 1:
        raise SystemExit(f"{name}: the ways keep other rows: {found}")


def _line(way: str, metrics: dict[str, Any], ours: dict[str, Any]) -> tuple[str, ...]:
    cpu = f"{metrics['cpu']:.2f}", f"{metrics['cpu'] / ours['cpu']:.2f}"
    if way == DUCK:
        return way, *[""] * 6, *cpu
    shuffled = f"{metrics['shuffled']:,}", f"{metrics['shuffled'] / ours['shuffled']:.3f}"
    read = f"{metrics['bytes_read'] / 1e6:.0f}", f"{metrics['scans']:.2f}"
    return way, *shuffled, str(metrics["sorts"]), *read, f"{metrics['tasks_cpu']:.2f}", *cpu


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
