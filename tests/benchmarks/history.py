"""Versions of keys over many days in order: what a batch reads and writes, beside a plain staged MERGE.

``python -m tests.benchmarks.history REPORT DIRECTORY DAYS`` runs the days in this process and writes its figures.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import lakesmith
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, read_event_log
from tests.benchmarks.feed import ROOT
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.commits import bytes_written
from tests.benchmarks.upserts.ground import local_session

KEYS, CHANGED, SAME, WIDTH = 20_000, 200, 86, 200
SPECS = {
    "base": "name: versions\n",
    "sources/days": "format: parquet\npath: IN\ncolumns: [id, name, day]\n",
    "tables/bronze/days": "from: sources.days\n",
    "tables/silver/names": """
from: bronze.days
columns: {id: {type: bigint}, name: {type: string}}
steps: [{with_columns: {at: try_cast(day AS date)}}]
write: {strategy: scd2, keys: [id], sequence_by: [at]}
""",
}


def days(count: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield for each day the rows that come, and those of them that change something."""
    chance, names = random.Random(4), {}
    for number in range(count):
        changed = range(KEYS) if number == 0 else chance.sample(range(KEYS), CHANGED)
        same = [] if number == 0 else chance.sample(sorted({*range(KEYS)} - {*changed}), SAME)
        names |= {key: chance.randbytes(WIDTH // 2).hex() for key in changed}
        day = f"{2020 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        yield _rows(names, [*changed, *same], day), _rows(names, changed, day)


def _rows(names: dict[int, str], keys: object, day: str) -> pa.Table:
    rows = [(key, names[key], day) for key in keys]  # type: ignore[attr-defined]
    return pa.table(dict(zip(("id", "name", "day"), map(list, zip(*rows, strict=True)), strict=True)))


def run_days(home: Path, count: int) -> dict[str, list[float]]:
    """Run day after day; return bytes written and bytes changed of each day after the first."""
    landing, spark = home / "in", local_session({**SETTINGS, "spark.eventLog.dir": _made(home / "events").as_uri()})
    for name, text in SPECS.items():
        file = home / "conf" / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("IN", str(_made(landing))), encoding="utf-8")
    lake = lakesmith.open(home / "conf", overrides={"warehouse": str(home / "lake")}, spark=spark)
    ours, naive, table = home / "lake/silver/names", home / "naive", home / "day.parquet"
    found: dict[str, list[float]] = {"ours": [], "naive": [], "changed": []}
    for number, (rows, changed) in enumerate(days(count)):
        pq.write_table(rows, landing / f"{number:04}.parquet")
        with hidden(ours / "is_current=false"):
            lake.run()
        pq.write_table(rows, table)
        staged_merge(spark, spark.read.parquet(str(table)), naive)
        pq.write_table(changed.drop_columns(["day"]), home / "changed.parquet", compression="snappy")
        found["ours"].append(bytes_written(ours))
        found["naive"].append(bytes_written(naive))
        found["changed"].append((home / "changed.parquet").stat().st_size)
    _require_equal(lake.table("silver.names"), spark.read.format("delta").load(str(naive)))
    return {name: values[1:] for name, values in found.items()}


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextmanager
def hidden(directory: Path) -> Iterator[None]:
    """Take a directory away, so that whoever reads its files fails; what comes meanwhile is put with the rest."""
    away = directory.with_name("away")
    was_there = directory.exists()
    if was_there:
        directory.rename(away)
    yield
    if was_there:
        for file in _made(directory).iterdir():
            file.rename(away / file.name)
        directory.rmdir()
        away.rename(directory)


def staged_merge(spark: SparkSession, rows: DataFrame, table: Path) -> None:
    """Keep versions as tutorials do: one MERGE over the changes, staged twice where a version closes."""
    changes = rows.select("id", "name", F.expr("CAST(day AS date) AS valid_from"))
    if not (table / "_delta_log").exists():
        version = changes.selectExpr("*", "CAST(NULL AS date) AS valid_to", "true AS is_current")
        version.write.format("delta").option("delta.enableChangeDataFeed", "true").save(str(table))
        return
    target = f"delta.`{table}`"
    changes.createOrReplaceTempView("changes")
    spark.sql(f"""
        MERGE INTO {target} t USING (
            SELECT id AS merge_key, * FROM changes
            UNION ALL
            SELECT NULL, changes.* FROM changes JOIN {target} t ON changes.id = t.id
            WHERE t.is_current AND NOT (changes.name <=> t.name)) s
        ON t.id = s.merge_key
        WHEN MATCHED AND t.is_current AND NOT (s.name <=> t.name)
            THEN UPDATE SET is_current = false, valid_to = s.valid_from
        WHEN NOT MATCHED THEN INSERT (id, name, valid_from, valid_to, is_current)
            VALUES (s.id, s.name, s.valid_from, NULL, true)""")


def _require_equal(ours: DataFrame, naive: DataFrame) -> None:
    names = ["id", "name", "valid_from", "valid_to", "is_current"]
    mine, theirs = ours.select(*names), naive.select(*names)
    if mine.exceptAll(theirs).count() or theirs.exceptAll(mine).count():
        raise SystemExit("the tables differ")


def history(scratch: Path, count: int) -> str:
    """Return the figures of so many days."""
    scratch.mkdir(parents=True)
    report = scratch / "report.json"
    command = [sys.executable, "-m", "tests.benchmarks.history", str(report), str(scratch), str(count)]
    measure(command, env={"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}"})
    found = json.loads(report.read_text(encoding="utf-8"))
    log = read_event_log(next((scratch / "events").iterdir()))
    scans = log.rows_by_path()[str(scratch / "lake/bronze/days")] / (KEYS + (count - 1) * (CHANGED + SAME))
    share = {who: [w / (2 * c) for w, c in zip(found[who], found["changed"], strict=True)] for who in ("ours", "naive")}
    rows = [
        ("lakesmith", f"{statistics.median(share['ours']):.2f}", f"{max(share['ours']):.2f}", f"{scans:.2f}", "none"),
        ("staged MERGE", f"{statistics.median(share['naive']):.2f}", f"{max(share['naive']):.2f}", "", "all"),
    ]
    head = (f"{count} days", "bytes written ÷ twice the change", "greatest", "scans of the source", "closed files read")
    return f"## Versions, in order\n\n{markdown(head, rows)}"


if __name__ == "__main__":
    metrics = run_days(Path(sys.argv[2]), int(sys.argv[3]))
    Path(sys.argv[1]).write_text(json.dumps(metrics), encoding="utf-8")
