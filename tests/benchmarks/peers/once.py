"""Run one library in this process: ``python -m tests.benchmarks.peers.once WAY GROUND OUT ROUNDS``.

It runs once to get warm, then ROUNDS times. ``OUT/rounds.json`` gets the CPU seconds of this process and all below it, and
what was written. Only the standard library and pyspark are imported.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

WARM_UPS = 1
SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "4g",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of_family() -> float:
    """Return the CPU seconds of this process and of all below it, those that ended included."""
    fields = {pid: found for pid in os.listdir("/proc") if pid.isdigit() and (found := _fields(pid))}
    family = {str(os.getpid())}
    while True:
        children = {pid for pid, found in fields.items() if found[1] in family} - family
        if not children:
            break
        family |= children
    ticks = sum(int(number) for pid in family for number in fields[pid][11:15])
    return ticks / TICKS


def _fields(pid: str) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def run(way: str, ground: Path, out: Path, rounds: int) -> dict[str, Any]:
    """Return the CPU and wall seconds of each round, and what the last one wrote."""
    module = importlib.import_module(f"tests.benchmarks.peers.ways.{way}")
    builder = SparkSession.builder
    for name, value in {**SETTINGS, **getattr(module, "SETTINGS", {})}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    found = []
    for _ in range(WARM_UPS + rounds):
        shutil.rmtree(out, ignore_errors=True)
        cpu, wall = cpu_of_family(), time.monotonic()
        module.write(spark, spark.read.parquet(str(ground)), str(out))
        found.append({"cpu": cpu_of_family() - cpu, "wall": time.monotonic() - wall})
    written = {"good": 0, "bad": 0, "reasons": 0}
    for name in ("good", "bad"):
        if (out / name).exists():
            written[name] = spark.read.parquet(str(out / name)).count()
    if hasattr(module, "reasons"):
        written["reasons"] = module.reasons(spark, str(out))
    spark.stop()
    return {"rounds": found[WARM_UPS:], "written": written}


if __name__ == "__main__":
    way, ground, out, rounds = sys.argv[1:]
    report = run(way, Path(ground), Path(out), int(rounds))
    Path(out).mkdir(exist_ok=True, parents=True)
    (Path(out) / "rounds.json").write_text(json.dumps(report), encoding="utf-8")
