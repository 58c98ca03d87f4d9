"""What checks add to the write of Parquet to Delta: jobs, records and CPU of the tasks.

``python -m tests.benchmarks.checked_write GROUND WAY OUT ROUNDS`` runs one way in this process: twice to get warm, then
ROUNDS times; OUT gets the event log and ``rounds.json``. Every way writes its rows.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame

from lakesmith.batch.observation import ObservedMetrics
from lakesmith.quality.batch_checks import batch_metrics
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.gate import accepted, gate_metrics, rejected, tag
from lakesmith.quality.rules import compile_rules
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, read_event_log
from tests.benchmarks.idle import ENV
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.ground import local_session

FILES, WARM_UPS = 4, 1
NUMBERS = [f"d{i}" for i in range(10)]
WHOLES = [f"i{i}" for i in range(10)]
TEXTS = [f"s{i}" for i in range(10)]
HEAD = ("", "jobs", "rows read ÷ rows", "CPU s of tasks", "÷ bare write")


def _checks(kinds: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    return [{"check": kind, "column": column, "max": 10**9} for kind, columns in kinds.items() for column in columns]


EXTREMES = [
    {"check": kind, "column": column, "max": "z" if column in TEXTS else 10**9}
    for kind in ("minimum", "maximum") for column in [*NUMBERS, *WHOLES]
]  # fmt: skip
NULLS = _checks({"null_count": [*NUMBERS, *WHOLES, *TEXTS]})
MOMENTS = _checks({"mean": NUMBERS, "stddev": NUMBERS})
HLLS = _checks({"distinct_count": TEXTS})
KLLS = _checks({"median": NUMBERS})
ROWS = [
    *({"check": "between", "column": name, "min": -9, "max": 9} for name in NUMBERS),
    *({"check": "not_null", "column": name} for name in WHOLES),
    *({"check": "regex", "column": name, "pattern": "^v[0-9]+$"} for name in TEXTS),
]
SUITES: dict[str, list[dict[str, Any]]] = {
    "bare write": [],
    "16 plain figures": [*NULLS[:8], *EXTREMES[:4], *EXTREMES[20:24]],
    "30 null counts, 40 min/max": [*NULLS, *EXTREMES],
    "and 10 mean + sd": [*NULLS, *EXTREMES, *MOMENTS],
    "and 10 HLL": [*NULLS, *EXTREMES, *MOMENTS, *HLLS],
    "and 10 KLL": [*NULLS, *EXTREMES, *MOMENTS, *HLLS, *KLLS],
    "30 checks of rows, with quarantine": ROWS,
}


def make_ground(directory: Path, rows: int) -> None:
    """Write 30 columns of Parquet; one row in a hundred has a number that is out of bounds."""
    directory.mkdir(parents=True)
    chance = np.random.default_rng(7)
    per_file = rows // FILES
    for number in range(FILES):
        columns: dict[str, Any] = {name: chance.standard_normal(per_file) for name in NUMBERS}
        columns["d0"][::100] = 99.0
        columns |= {name: pa.array(chance.integers(0, 10**6, per_file)) for name in WHOLES}
        columns |= {name: [f"v{one}" for one in chance.integers(0, 10**4, per_file)] for name in TEXTS}
        pq.write_table(pa.table(columns), directory / f"{number}.parquet")


def _write(rows: DataFrame, suite: list[dict[str, Any]], out: Path) -> None:
    checks = tuple(check_from({"id": f"c{i}", **check}) for i, check in enumerate(suite))
    table = Table(from_="bronze.orders", checks=checks)
    types = dict(rows.dtypes)
    metrics = batch_metrics(BatchScope(table, types, rows=rows))
    rules = compile_rules(table, types)
    observed = ObservedMetrics(metrics).on(rows) if metrics else rows
    tagged = observed.transform(tag(rules)) if rules else observed
    gate = ObservedMetrics(gate_metrics(rules))
    good = gate.on(tagged).transform(accepted(rules)) if rules else tagged
    good.write.format("delta").mode("overwrite").save(str(out / "table"))
    if rules:
        bad = rows.transform(tag(rules)).transform(rejected(rules))
        bad.write.format("delta").mode("overwrite").save(str(out / "quarantine"))


def run(ground: Path, way: str, out: Path, rounds: int) -> None:
    """Run one way so often."""
    (out / "events").mkdir(parents=True)
    spark = local_session({**SETTINGS, "spark.eventLog.dir": (out / "events").as_uri()})
    found = []
    for _ in range(WARM_UPS + rounds):
        begin = time.time()
        _write(spark.read.parquet(str(ground)), SUITES[way], out)
        found.append({"begin": begin, "end": time.time()})
    spark.stop()
    (out / "rounds.json").write_text(json.dumps(found[WARM_UPS:]), encoding="utf-8")


def checked_writes(scratch: Path, rows: int, rounds: int) -> str:
    """Return what each suite of checks adds to a write."""
    make_ground(scratch / "ground", rows)
    found: dict[str, dict[str, float]] = {}
    for number, way in enumerate(SUITES):
        out = scratch / str(number)
        call = [str(scratch / "ground"), way, str(out), str(rounds)]
        measure([sys.executable, "-m", "tests.benchmarks.checked_write", *call], env=ENV)
        found[way] = _metrics(out, rows)
        shutil.rmtree(out)
    bare = found["bare write"]["cpu"]
    lines = [
        (way, f"{one['jobs']:.0f}", f"{one['scans']:.2f}", f"{one['cpu']:.2f}", f"{one['cpu'] / bare:.2f}")
        for way, one in found.items()
    ]
    title = (
        f"## Checks of a write: {rows:,} rows of 30 columns (median of {rounds}, warm; pyspark {version('pyspark')})"
    )
    return f"{title}\n\n{markdown(HEAD, lines)}"


def _metrics(out: Path, rows: int) -> dict[str, float]:
    rounds = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    log = read_event_log(next((out / "events").iterdir()))
    logs = [log.between(one["begin"], one["end"]) for one in rounds]
    figures: dict[str, Callable[[Any], float]] = {
        "jobs": lambda one: len(one.jobs),
        "scans": lambda one: sum(one.rows_by_path().values()) / rows,
        "cpu": lambda one: sum(job.cpu_seconds for job in one.jobs),
    }
    return {name: statistics.median(map(figure, logs)) for name, figure in figures.items()}


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
