"""Check the rows with Lakesmith, as one of its batches does: good rows, bad ones with their reasons, and the verdicts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.observation import ObservedMetrics
from lakesmith.quality.gate import accepted, gate_metrics, rejected, tag
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.rules import compile_rules
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from
from tests.benchmarks.peers.suite import HIGH, LOW, NUMBERS, PATTERN, TEXTS, WHOLES

CHECKS = [
    *({"check": "between", "column": name, "min": LOW, "max": HIGH} for name in NUMBERS),
    *({"check": "not_null", "column": name} for name in WHOLES),
    *({"check": "regex", "column": name, "pattern": PATTERN} for name in TEXTS),
]


def write(spark: SparkSession, rows: DataFrame, out: str) -> None:
    """Write good rows while the checks are counted, then the bad ones."""
    checks = tuple(check_from({"id": f"c{i}", **check}) for i, check in enumerate(CHECKS))
    rules = compile_rules(Table(from_="bronze.orders", checks=checks), dict(rows.dtypes))
    tagged = rows.transform(tag(rules))
    gate = ObservedMetrics(gate_metrics(rules))
    gate.on(tagged).transform(accepted(rules)).write.parquet(f"{out}/good")
    counts = gate.get()
    tagged.transform(rejected(rules, counts)).write.parquet(f"{out}/bad")
    verdicts = [asdict(one) for one in gate_results(rules, counts or {})]
    (Path(out) / "verdicts.json").write_text(json.dumps(verdicts), encoding="utf-8")


def reasons(spark: SparkSession, out: str) -> int:
    """Count the reasons of all bad rows."""
    return int(spark.read.parquet(f"{out}/bad").selectExpr("sum(size(_reasons))").collect()[0][0])
