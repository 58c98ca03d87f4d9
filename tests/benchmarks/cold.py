"""What a start costs, up to the first Delta commit: Spark's own defaults against the settings of ``local.conf``.

``python -m tests.benchmarks.cold plain|local DIRECTORY`` is one candidate.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

from tests.benchmarks.cpu import Usage, measure
from tests.benchmarks.feed import ROOT

PLAIN, LOCAL = "plain", "local"
ABOUT = {PLAIN: "Spark's defaults with spark.jars.packages", LOCAL: "conf/spark/local.conf"}
DEFAULTS = {
    "spark.master": "local[*]",
    "spark.jars.packages": "io.delta:delta-spark_4.2_2.13:4.4.0",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
WARM_UPS = 2


def cold(scratch: Path, rounds: int) -> list[tuple[str, ...]]:
    """Race the two in alternating order; return a row each: CPU seconds, their ratio, memory, wall time.

    The first starts of ``local.conf`` are not counted: they resolve the JARs and write the archive of classes.
    """
    for number in range(WARM_UPS):
        _start(LOCAL, scratch / f"warm{number}")
    usages: dict[str, list[Usage]] = {PLAIN: [], LOCAL: []}
    for number in range(rounds):
        for kind in (PLAIN, LOCAL) if number % 2 == 0 else (LOCAL, PLAIN):
            usages[kind].append(_start(kind, scratch / f"{kind}{number}"))
    cpu = {kind: statistics.median(one.cpu_seconds for one in runs) for kind, runs in usages.items()}
    return [
        (ABOUT[kind], f"{cpu[kind]:.1f}", f"{cpu[kind] / cpu[PLAIN]:.2f}",
         f"{max(one.jvm_peak_mb for one in runs):.0f}", f"{statistics.median(one.wall_seconds for one in runs):.0f}")
        for kind, runs in usages.items()
    ]  # fmt: skip


def _start(kind: str, table: Path) -> Usage:
    command = [sys.executable, "-m", "tests.benchmarks.cold", kind, str(table)]
    return measure(command, env={"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}"})


def main() -> None:
    """Start a session, commit once, stop."""
    kind, table = sys.argv[1:]
    if kind == PLAIN:
        from pyspark.sql import SparkSession

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.Builder()
        for key, value in DEFAULTS.items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
    else:
        from lakesmith.session.start import get_session, read_properties

        spark = get_session(read_properties(ROOT / "conf" / "spark" / "local.conf"))
    rows = spark.range(1000).selectExpr("id", "id % 7 AS part").groupBy("part").count()
    rows.write.format("delta").save(table)
    spark.stop()


if __name__ == "__main__":
    main()
