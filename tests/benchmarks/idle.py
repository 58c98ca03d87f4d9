"""What a run with nothing new costs in a project of many tables, and what publishing costs in a run.

``python -m tests.benchmarks.idle REPORT CONF --set KEY=VALUE...`` runs a project once in a session that is there, and
writes the CPU seconds of the run, of Python and the JVM together, and of publishing alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.cpu import measure
from tests.benchmarks.feed import ROOT

ENV = {"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}"}
TABLES_A_SOURCE = 4
SOURCE = "format: csv\npath: {directory}/in/s{number}\ncolumns: [id, day, amount]\n"
SILVER = """from: {upstream}
columns: {{id: {{type: bigint}}, day: {{type: date}}, amount: {{type: "decimal(12,2)"}}}}
"""


def write_project(directory: Path, tables: int) -> Path:
    """Write a project of that many tables, a fourth of them bronze, each with one file of two rows; return its conf."""
    files = {"base.yml": f"name: idle\nparallel: 2\ndurable: false\nwarehouse: {directory / 'warehouse'}\n"}
    for number in range(tables // TABLES_A_SOURCE):
        files[f"sources/s{number}.yml"] = SOURCE.format(directory=directory, number=number)
        files[f"tables/bronze/s{number}.yml"] = f"from: sources.s{number}\n"
        upstream = f"bronze.s{number}"
        for name in ("a", "b", "c"):
            files[f"tables/silver/{name}{number}.yml"] = SILVER.format(upstream=upstream)
            upstream = f"silver.{name}{number}"
        landing = directory / "in" / f"s{number}"
        landing.mkdir(parents=True)
        (landing / "day.csv").write_text("id,day,amount\n1,2024-01-01,2.50\n2,2024-01-02,3.50\n", encoding="utf-8")
    files["spark/local.conf"] = (ROOT / "conf" / "spark" / "local.conf").read_text(encoding="utf-8")
    for file, text in files.items():
        (directory / "conf" / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / "conf" / file).write_text(text, encoding="utf-8")
    return directory / "conf"


def idle(scratch: Path, tables: int) -> list[tuple[str, ...]]:
    """Build a project of many tables, then run it with nothing new: by the command, and with a session at hand."""
    conf = write_project(scratch, tables)
    built = measure([sys.executable, "-m", "lakesmith", "run", "--conf", str(conf)], env=ENV)
    again = measure([sys.executable, "-m", "lakesmith", "run", "--conf", str(conf)], env=ENV)
    held = run_once(scratch / "report.json", conf, [])
    return [
        ("first run, all tables", f"{built.cpu_seconds:.1f}"),
        ("nothing new, the whole command", f"{again.cpu_seconds:.1f}"),
        ("nothing new, after session start", f"{held['cpu_seconds']:.1f}"),
    ]


def publishing(scratch: Path, sets: Sequence[str]) -> list[tuple[str, ...]]:
    """Run the sample once on the feed; return its CPU seconds and the share that publishing took."""
    scratch.mkdir(parents=True)
    found = run_once(scratch / "report.json", ROOT / "conf", sets)
    share = 100 * found["publish_seconds"] / found["cpu_seconds"]
    return [(f"{found['cpu_seconds']:.1f}", f"{found['publish_seconds']:.2f}", f"{share:.2f}")]


def run_once(report: Path, conf: Path, sets: Sequence[str]) -> dict[str, float]:
    """Run a project in a process of its own; return what it reports."""
    measure([sys.executable, "-m", "tests.benchmarks.idle", str(report), str(conf), *sets], env=ENV)
    metrics: dict[str, float] = json.loads(report.read_text(encoding="utf-8"))
    return metrics


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("conf", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    options = parser.parse_args()
    import lakesmith
    from lakesmith.runs import finish as conclude

    spent = {"publish_seconds": 0.0}
    conclude._publish = _timed(conclude._publish, spent)
    lake = lakesmith.open(options.conf, overrides=options.sets)
    lake.spark.range(1).count()
    before = cpu_seconds()
    lake.run()
    metrics = spent | {"cpu_seconds": cpu_seconds() - before}
    options.report.write_text(json.dumps(metrics), encoding="utf-8")
    lake.spark.stop()


def _timed(function: Any, spent: dict[str, float]) -> Any:
    def timed(*arguments: Any) -> Any:
        begin, others = time.process_time(), cpu_seconds()
        try:
            return function(*arguments)
        finally:
            # Threads of the JVM that work for nobody are counted too: an upper bound.
            spent["publish_seconds"] += max(time.process_time() - begin, cpu_seconds() - others)

    return timed


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of all that it started."""
    me = psutil.Process()
    times = [one.cpu_times() for one in (me, *me.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


if __name__ == "__main__":
    main()
