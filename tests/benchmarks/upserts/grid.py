"""Delta's grid of MERGE cases: our writer and replaceOn against a MERGE; ``python -m tests.benchmarks.upserts.grid``.

The cases are the shares of ``MergeTestCases`` in delta-io/delta: which share of the files holds a match, which share of
the rows of these files is matched, and which share comes new; three of its sixteen differ in clauses alone and are left
out. They run on a table of 200 000 rows in 20 files, each on fresh copies, three rounds in turn; figures count once the
tables are equal.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import deltalake
import pyspark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.observe.plans import delta_metrics
from lakesmith.session.batch import batch_session
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import TableRef
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, EventLog, read_event_log
from tests.benchmarks.idle import ENV, cpu_seconds
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.candidates import naive_merge, planned_upsert, replace_on
from tests.benchmarks.upserts.commits import bytes_written, files_hit
from tests.benchmarks.upserts.ground import VECTORS, checksum, local_session, table_rows

ROWS, FILES = 200_000, 20
PAGE = Path(__file__).with_name("MERGE_GRID.md")
HEAD = (
    "files matched, rows matched, rows new", "rows of the batch", "method", "records read", "bytes written",
    "bytes shuffled", "jobs", "CPU", "replaceOn: records read", "jobs", "CPU",
)  # fmt: skip
WAYS = (naive_merge, planned_upsert, replace_on)
ROUNDS = 3


@dataclass(frozen=True)
class Case:
    """Shares of the files that match, of their rows that are matched, and of them that come new."""

    files: float
    matched: float
    new: float

    @property
    def name(self) -> str:
        """The three shares as percentages."""
        return f"{self.files:.0%}, {self.matched:.1%}, {self.new:.1%}"


CASES = (
    Case(0.05, 0.0, 0.05),
    Case(0.05, 0.0, 0.5),
    Case(0.05, 0.0, 1.0),
    Case(0.05, 0.05, 0.0),
    Case(0.05, 0.1, 0.01),
    Case(0.05, 0.0, 0.1),
    Case(0.05, 0.01, 0.1),
    Case(0.05, 0.1, 0.0),
    Case(0.5, 0.01, 0.001),
    Case(1.0, 0.01, 0.001),
    Case(0.05, 0.5, 0.001),
    Case(0.05, 0.99, 0.001),
    Case(0.05, 1.0, 0.001),
)


def changes(spark: SparkSession, case: Case) -> DataFrame:
    """Return the batch of a case: matched keys spread over the files that match, new keys between two files."""
    in_files = F.col("id") < int(case.files * FILES) * (ROWS // FILES)
    share = F.pmod(F.xxhash64("id"), F.lit(1_000_000)) / 1_000_000
    rows = table_rows(spark, ROWS, sequence=2, files=4)
    matched = rows.filter(in_files & (share < case.matched)).withColumn("id", F.col("id") * 2)
    # Odd keys are new, and fall between those of the files that match.
    new = rows.filter(in_files & (share >= 1 - case.new)).withColumn("id", F.col("id") * 2 + 1)
    return matched.unionByName(new)


def make_grid(directory: Path) -> None:
    """Write the table and the batches."""
    spark = batch_session(local_session())
    rows = table_rows(spark, ROWS, files=FILES).withColumn("id", F.col("id") * 2)
    rows.write.format("delta").options(**VECTORS).save(str(directory / "base"))
    for number, case in enumerate(CASES):
        changes(spark, case).coalesce(2).write.parquet(str(directory / f"changes{number}"))
    spark.stop()


def run_grid(directory: Path) -> None:
    """Run every case both ways in one warm process; write what each took."""
    events = directory / "events"
    events.mkdir()
    spark = local_session(SETTINGS | {"spark.eventLog.dir": events.as_uri()})
    for number in range(2):
        for way in WAYS:  # warm
            copy = directory / "warm" / way.__name__ / str(number)
            way(spark, shutil.copytree(directory / "base", copy), directory / "changes4")
    rounds = [one for number, _ in enumerate(CASES) for one in _case(spark, directory, number)]
    spark.stop()
    (directory / "rounds.json").write_text(json.dumps(rounds), encoding="utf-8")


def _case(spark: SparkSession, directory: Path, number: int) -> Iterator[dict[str, object]]:
    sums = set()
    for turn in range(ROUNDS):
        for way in WAYS if turn % 2 == 0 else reversed(WAYS):
            table = shutil.copytree(directory / "base", directory / way.__name__ / f"{number}_{turn}")
            cpu, begin = cpu_seconds(), time.time()
            way(spark, table, directory / f"changes{number}")
            took = {"begin": begin, "end": time.time(), "cpu": cpu_seconds() - cpu}
            sums.add(checksum(spark.read.format("delta").load(str(table))))
            yield {"case": number, "way": way.__name__, "table": str(table), **took}
    if len(sums) != 1:
        raise SystemExit(f"the tables of {CASES[number]} are not equal: {sums}")


@dataclass(frozen=True)
class Cost:
    """What one upsert took."""

    table: str
    records: int
    written: int
    shuffled: int
    jobs: int
    cpu: float


def grid(scratch: Path) -> str:
    """Run the grid in processes of its own; write and return the ratios of our writer to the plain MERGE."""
    scratch.mkdir(parents=True)
    for step in ("make", "run"):
        measure([sys.executable, "-m", "tests.benchmarks.upserts.grid", step, str(scratch)], env=ENV)
    found = report(scratch)
    PAGE.write_text(found + "\n", encoding="utf-8")
    return found


def report(scratch: Path) -> str:
    """Return the ratios of a grid that has run."""
    log = read_event_log(next((scratch / "events").iterdir()))
    rounds = json.loads((scratch / "rounds.json").read_text(encoding="utf-8"))
    costs = [_costs(log, [one for one in rounds if one["case"] == number]) for number, _ in enumerate(CASES)]
    rows = [_row(case, *found) for case, found in zip(CASES, costs, strict=True)]
    versions = f"pyspark {pyspark.__version__}, delta-spark 4.4.0, deltalake {deltalake.__version__}"
    said = (
        f"{ROWS:,} rows in {FILES} files with deletion vectors; ratios of our writer, and of Delta's `replaceOn` with\n"
        f"the rows that win, counted for the commit's record, to the plain MERGE; CPU is the\n"
        f"median of {ROUNDS} rounds in turn; {versions}."
    )
    errors = estimates([Path(ours.table) for _, ours, _ in costs])
    return f"# MERGE grid\n\n{said}\n\n{markdown(HEAD, rows)}\n\n{errors}"


def _costs(log: EventLog, rounds: list[dict[str, Any]]) -> list[Cost]:
    """Return what each way took of a case: its last round, and the median CPU of all."""
    return [_cost(log, [one for one in rounds if one["way"] == way.__name__]) for way in WAYS]


def _cost(log: EventLog, rounds: list[dict[str, Any]]) -> Cost:
    last, cpu = rounds[-1], statistics.median(one["cpu"] for one in rounds)
    part, table = log.between(last["begin"], last["end"]), Path(last["table"])
    shuffled = sum(job.shuffle_bytes for job in part.jobs)
    read = part.rows_by_path().get(str(table), 0)
    return Cost(last["table"], read, bytes_written(table), shuffled, len(part.jobs), cpu)


def _row(case: Case, plain: Cost, ours: Cost, replaced: Cost) -> tuple[str, ...]:
    commit = newest_commits(None, TableRef("t", ours.table), 1)[0]
    cells = [_ratio(ours, plain, name) for name in ("records", "written", "shuffled", "jobs", "cpu")]
    others = [_ratio(replaced, plain, name) for name in ("records", "jobs", "cpu")]
    method = commit.metadata.get("plan", {}).get("method", commit.operation)
    size = commit.metrics.get("numSourceRows", commit.metadata.get("counts", {}).get("numSourceRows", 0))
    return (case.name, f"{size:,}", method, *cells, *others)


def _ratio(way: Cost, plain: Cost, name: str) -> str:
    mine, theirs = getattr(way, name), getattr(plain, name)
    return f"{mine / theirs:.2f}" if theirs else f"{mine:,.0f} : 0"


def estimates(tables: list[Path]) -> str:
    """Return the median error of what each commit had expected."""
    errors: dict[str, list[float]] = {"rows": [], "files": [], "bytes": []}
    for table in tables:
        commit = newest_commits(None, TableRef("t", str(table)), 1)[0]
        expected = commit.metadata.get("plan", {}).get("expected", {})
        real = delta_metrics(commit.metrics) | {"files": files_hit(table), "bytes": bytes_written(table)}
        for name, found in errors.items():
            if name in expected and name in real:
                found.append(abs(expected[name] - real[name]) / max(real[name], 1))
    parts = [f"{name} {statistics.median(found):.1%} of {len(found)}" for name, found in errors.items() if found]
    return f"Median error of the estimates: {', '.join(parts)}."


if __name__ == "__main__":
    {"make": make_grid, "run": run_grid}[sys.argv[1]](Path(sys.argv[2]))
