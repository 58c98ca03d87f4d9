"""Many small upserts into one table, with and without maintenance: does the last one cost what the first did?

``python -m tests.benchmarks.micro_merges OUT ROWS MERGES EVERY`` does it in a process of its own (EVERY 0: never) and
writes ``OUT/merges.json``: for each merge its CPU seconds, Python and JVM together, active files, begin and end.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.maintain.actions import ACTIONS
from lakesmith.maintain.plan_maintenance import plan_layout
from lakesmith.maintain.table_stats import read_metrics
from lakesmith.session.batch import batch_session
from lakesmith.session.maintenance import maintenance_session
from lakesmith.spec.model import Maintenance, Table
from lakesmith.tables.commit import CommitId, write
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.plan_upsert import plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import upsert
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, read_event_log
from tests.benchmarks.idle import ENV, cpu_seconds
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.ground import VECTORS, local_session, table_rows

SPEC = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}
UPDATES, INSERTS, STEP = 900, 100, 211
WARM_UPS = 10
ENDS = 10
HEAD = (
    "200k rows, merges of 1k", "CPU s, first ten", "last ten", "÷", "rows read, first ten", "last ten", "÷",
    "active files, first", "last", "ideal", "CPU s of maintenance",
)  # fmt: skip


def micro_merges(scratch: Path, rows: int, merges: int, every: int) -> str:
    """Merge many times without and with maintenance; return the first ten against the last ten, medians."""
    found = [_result(scratch / str(count), rows, merges, count) for count in (0, every)]
    return f"## {merges} small upserts\n\n{markdown(HEAD, found)}"


def _result(out: Path, rows: int, merges: int, every: int) -> tuple[str, ...]:
    command = [sys.executable, "-m", "tests.benchmarks.micro_merges", str(out), str(rows), str(merges), str(every)]
    measure(command, env=ENV)
    measured = json.loads((out / "merges.json").read_text(encoding="utf-8"))
    log, table = read_event_log(next((out / "events").glob("*"))), str(out / "table")
    cpu = [one["cpu_seconds"] for one in measured["merges"]]
    read = [log.between(one["begin"], one["end"]).rows_by_path().get(table, 0) for one in measured["merges"]]
    files = [one["files"] for one in measured["merges"]]
    name = f"maintained every {every} merges" if every else "never maintained"
    last = str(measured["files"])
    return (name, *_ends(cpu, ".2f"), *_ends(read, ",.0f"), str(files[0]), last, "1", f"{measured['maintenance']:.1f}")


def _ends(values: Sequence[float], form: str) -> tuple[str, str, str]:
    first, last = statistics.median(values[:ENDS]), statistics.median(values[-ENDS:])
    return f"{first:{form}}", f"{last:{form}}", f"{last / max(first, 1e-9):.2f}"


def run(out: Path, rows: int, merges: int, every: int) -> None:
    """Make the table, merge into a copy until the JVM is warm, then merge for the figures."""
    (out / "events").mkdir(parents=True)
    spark = local_session(SETTINGS | {"spark.eventLog.dir": (out / "events").as_uri()})
    table_rows(spark, rows).write.format("delta").options(**VECTORS).save(str(out / "table"))
    shutil.copytree(out / "table", out / "warm")
    _merge_all(spark, TableRef("silver.warm", str(out / "warm"), durable=True), rows, WARM_UPS, every, out)
    measured = _merge_all(spark, TableRef("silver.bench", str(out / "table"), durable=True), rows, merges, every, out)
    (out / "merges.json").write_text(json.dumps(measured), encoding="utf-8")
    spark.stop()


def _merge_all(spark: SparkSession, table: TableRef, rows: int, merges: int, every: int, out: Path) -> dict[str, Any]:
    measured, maintenance = [], 0.0
    for number in range(1, merges + 1):
        batch = out / "changes" / f"{table.name}-{number}"
        _changes(spark, rows, number).coalesce(1).write.parquet(str(batch))
        files, cpu, begin = _active(spark, table), cpu_seconds(), time.time()
        _merge(batch_session(spark), table, batch, number)
        measured.append({"begin": begin, "end": time.time(), "cpu_seconds": cpu_seconds() - cpu, "files": files})
        if every and number % every == 0:
            cpu = cpu_seconds()
            _maintain(spark, table)
            maintenance += cpu_seconds() - cpu
    return {"merges": measured, "maintenance": maintenance, "files": _active(spark, table)}


def _changes(spark: SparkSession, rows: int, number: int) -> DataFrame:
    """Return changes scattered over the table and new rows behind its end, each newer than what was there."""
    old = spark.range(UPDATES).select(F.pmod(F.col("id") * STEP + number * 37, F.lit(rows)).alias("id"))
    first = rows + (number - 1) * INSERTS
    text = F.concat(F.col("id").cast("string"), F.lit(f"/{number}"))
    return old.union(spark.range(first, first + INSERTS)).select(
        "id",
        F.sha2(text, 256).alias("name"),
        (F.col("id") % 997 / 10).alias("amount"),
        F.md5(text).alias("note"),
        F.lit(number + 1).cast("bigint").alias("_seq"),
        F.lit(False).alias("_deleted"),
    )


def _merge(session: SparkSession, table: TableRef, batch: Path, number: int) -> None:
    spec, rows = Table.model_validate({"from": "bronze.changes", "write": SPEC}), session.read.parquet(str(batch))
    plan, commit = plan_upsert(rows, table, spec), CommitId("bench", number, f"digest {number}")
    if plan.method == "merge":
        write(session, table, commit, lambda: upsert(rows, table, spec, plan.touched.predicate(table.sql_name)))
    else:
        write(session, table, commit, lambda: replace_keys(rows, table, commit, plan))


def _maintain(spark: SparkSession, table: TableRef) -> None:
    settings = Maintenance()
    sizes = (settings.small_file_bytes, settings.target_file_bytes)
    session = maintenance_session(spark, table.name, sizes, "{}", is_local=True)
    for proposal in plan_layout(read_metrics(session, table, time.time()), settings):
        if proposal.is_due:
            ACTIONS[proposal.action](session, table, settings)


def _active(spark: SparkSession, table: TableRef) -> int:
    (detail,) = spark.sql(f"DESCRIBE DETAIL {table.sql_name}").collect()
    return int(detail["numFiles"])


if __name__ == "__main__":
    run(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
