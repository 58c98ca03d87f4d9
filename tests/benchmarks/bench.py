"""Print the figures of the main job as Markdown: ``python -m tests.benchmarks.bench [--rounds 3] [--only PART]``.

Counts and CPU seconds are figures; wall time depends on the neighbours. Every run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.bloom.repeats import repeats
from tests.benchmarks.bloom.report import bloom, bloom_figures
from tests.benchmarks.checked_write import checked_writes
from tests.benchmarks.cold import cold
from tests.benchmarks.cpu import Usage, measure
from tests.benchmarks.day import one_new_day
from tests.benchmarks.dedupe import dedupes
from tests.benchmarks.eventlog import SETTINGS, EventLog, read_event_log
from tests.benchmarks.feed import ROOT, Feed, find_feed
from tests.benchmarks.history import history
from tests.benchmarks.idle import idle, publishing
from tests.benchmarks.joins.bloom_joins import bloom_joins
from tests.benchmarks.joins.enriched import enriched
from tests.benchmarks.joins.growth import join_growth
from tests.benchmarks.joins.skew import skew
from tests.benchmarks.markdown import markdown
from tests.benchmarks.micro_merges import micro_merges
from tests.benchmarks.orphans.report import orphans
from tests.benchmarks.peers.report import peers
from tests.benchmarks.timed_joins.as_of import as_of_joins
from tests.benchmarks.timed_joins.range_join import range_joins
from tests.benchmarks.upserts.candidates import NAIVE, OURS
from tests.benchmarks.upserts.grid import grid
from tests.benchmarks.upserts.growth import growth
from tests.benchmarks.upserts.race import race

ENV = {"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}"}
BARE = "bare script"
BARE_APPEND = "bare script, first load by append"
BASIC, FULL = "lakesmith, profile basic", "lakesmith, profile full on silver.order_lines"
SALES = "bronze.order_lines,silver.order_lines,gold.daily_sales"
PARTS = (
    "tax", "reads", "day", "cold", "idle", "publish", "upserts", "growth", "grid", "bloom", "history", "dedupe", "maintain", "checks",
    "references", "repeats", "as-of", "range-join", "enriched", "skew", "bloom-joins", "join-growth", "peers",
)  # fmt: skip
MANY = 200
DAYS = 60
TARGET_ROWS = 1_000_000
MICRO_ROWS, MICRO_MERGES, MAINTAIN_EVERY = 200_000, 200, 10
GROWN_FROM = 200_000
DEDUPE_ROWS = 400_000
CHECKED_ROWS = 1_000_000
HISTORY_ROWS = 2_000_000
BLOOM_KEYS = 20_000_000
JOIN_ROWS = 1_000_000
GROWN_JOINS = (40_000, 400_000, 4_000_000)
SELECTIONS = (SALES, "silver.customers", "silver.customer_invoices", "gold.customer_rfm")


def command(kind: str, feed: Path, warehouse: Path) -> list[str]:
    """Return the command of one candidate."""
    if kind in (BARE, BARE_APPEND):
        script = [sys.executable, str(ROOT / "tests/benchmarks/bare_retail.py"), "--orders", str(feed)]
        first_load = "append" if kind == BARE_APPEND else "merge"
        return [*script, "--warehouse", str(warehouse), "--first-load", first_load]
    sets = settings(feed, warehouse, {"tables.silver.order_lines.profile.level": "full"} if kind == FULL else {})
    same = ["--select", ",".join((SALES, *SELECTIONS[1:]))]  # the bare script builds these
    return [sys.executable, "-m", "lakesmith", "run", "--conf", str(ROOT / "conf"), "--format", "json", *same, *sets]


def settings(feed: Path, warehouse: Path, more: dict[str, str] | None = None) -> list[str]:
    """Return the ``--set`` options of a run on a feed; the customer changes are absent."""
    values = {
        "warehouse": str(warehouse),
        "sources.retail_orders.path": str(feed),
        "sources.crm_changes.path": str(warehouse / "no_such_directory"),
        **(more or {}),
    }
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def tax(feed: Feed, scratch: Path, rounds: int) -> str:
    """Race the candidates in alternating order; return medians and ratios."""
    candidates = [BARE, BARE_APPEND, BASIC, FULL]
    usages: dict[str, list[Usage]] = {kind: [] for kind in candidates}
    for number in range(rounds):
        for kind in candidates if number % 2 == 0 else reversed(candidates):
            warehouse = scratch / "tax"
            usages[kind].append(measure(command(kind, feed.orders, warehouse), env=ENV))
            shutil.rmtree(warehouse)
    cpu = {kind: statistics.median(u.cpu_seconds for u in runs) for kind, runs in usages.items()}
    rows = [
        (kind, f"{cpu[kind]:.1f}", f"{cpu[kind] / cpu[BARE]:.2f}", f"{cpu[kind] / cpu[BARE_APPEND]:.2f}",
         f"{max(u.jvm_peak_mb for u in runs):.0f}", f"{statistics.median(u.wall_seconds for u in runs):.0f}")
        for kind, runs in usages.items()
    ]  # fmt: skip
    head = ("all files, cold start included", "CPU s", "÷ bare", "÷ bare by append", "JVM peak MB", "wall s")
    return f"## Platform tax (median of {rounds})\n\n{markdown(head, rows)}"


def reads(feed: Feed, scratch: Path) -> str:
    """Count what one new day reads, against a full rebuild, and what a run with nothing new does."""
    warehouse, growing = scratch / "reads", feed.copy(scratch / "growing", last=-1)
    phases(growing, warehouse, scratch / "log_before", ["all"])
    shutil.copy2(feed.files[-1], growing)
    day = phases(growing, warehouse, scratch / "log_day", SELECTIONS)
    again = phases(growing, warehouse, scratch / "log_again", ["all"])["all"]
    full = phases(growing, scratch / "rebuild", scratch / "log_full", SELECTIONS)
    rows = [(name, *_compared(day[name], full[name])) for name in SELECTIONS]
    head = ("tables", "records, one new day", "records, full rebuild", "%", "jobs, one new day", "read by the new day")
    title = f"## One new day after {len(feed.files) - 1}"
    return f"{title}\n\n{markdown(head, rows)}\n\n{nothing_new(again, warehouse)}"


def day(feed: Feed, scratch: Path) -> str:
    """Count what the floor of a small batch is: all tables, one new day, the whole command."""
    rows = one_new_day(feed, scratch, settings(scratch / "feed", scratch / "lake"))
    head = ("one new day, the whole command", "jobs", "SQL executions", "CPU s", "wall s")
    return f"## One new day after {len(feed.files) - 1}, all tables\n\n{markdown(head, rows)}"


def nothing_new(log: EventLog, warehouse: Path) -> str:
    """Return the job counts of a run with nothing new."""
    layers = [len(log.jobs_on(warehouse / layer)) for layer in ("bronze", "silver", "gold")]
    row = (str(len(log.jobs)), str(sum(layers)), str(len(log.jobs_on(warehouse / "ops"))))
    head = ("jobs", "jobs on data tables", "jobs on rows of ops tables")
    return f"## Run with nothing new\n\n{markdown(head, [row])}"


def phases(feed: Path, warehouse: Path, scratch: Path, selections: Sequence[str]) -> dict[str, EventLog]:
    """Run selections in one process with an event log; return the part of each."""
    conf, events, report = scratch / "conf", scratch / "events", scratch / "report.json"
    shutil.copytree(ROOT / "conf", conf)
    events.mkdir()
    log_settings = SETTINGS | {"spark.eventLog.dir": events.as_uri()}
    with (conf / "spark" / "local.conf").open("a", encoding="utf-8") as file:
        file.write("\n" + "".join(f"{key} {value}\n" for key, value in log_settings.items()))
    run = [sys.executable, "-m", "tests.benchmarks.phases", "--report", str(report), "--conf", str(conf)]
    measure([*run, *settings(feed, warehouse), *selections], env=ENV)
    log = read_event_log(next(events.iterdir()))
    times = json.loads(report.read_text(encoding="utf-8"))
    return {phase["selection"]: log.between(phase["begin"], phase["end"]) for phase in times}


def _compared(day: EventLog, full: EventLog) -> tuple[str, ...]:
    ours, theirs = _data_rows(day), _data_rows(full)
    few, many = sum(ours.values()), sum(theirs.values())
    named = ", ".join(f"{'/'.join(Path(path).parts[-2:])} {rows}" for path, rows in sorted(ours.items()))
    return str(few), str(many), f"{100 * few / max(many, 1):.2f}", str(len(day.jobs)), named


def _data_rows(log: EventLog) -> dict[str, int]:
    return {path: rows for path, rows in log.rows_by_path().items() if Path(path).parent.name != "ops"}


def cold_start(scratch: Path, rounds: int) -> str:
    """Compare the CPU seconds of a start, up to the first commit."""
    head = ("start to first commit", "CPU s", "÷ defaults", "JVM peak MB", "wall s")
    return f"## Cold start (median of {rounds})\n\n{markdown(head, cold(scratch, rounds))}"


def idle_run(scratch: Path) -> str:
    """Count the CPU seconds of a run with nothing new among many tables."""
    return f"## {MANY} tables\n\n{markdown(('run', 'CPU s'), idle(scratch, MANY))}"


def publication(feed: Feed, scratch: Path) -> str:
    """Count the CPU seconds that publishing takes of a run on the whole feed."""
    head = ("CPU s of the run", "CPU s of publishing", "%")
    return f"## Publishing\n\n{markdown(head, publishing(scratch, settings(feed.orders, scratch / 'lake')))}"


def upserts(scratch: Path, rounds: int) -> str:
    """Race the upsert of few rows against a plain MERGE, delta-rs and DuckDB."""
    races = [race(scratch / keys, keys, TARGET_ROWS, rounds) for keys in ("clustered", "scattered")]
    races.append(race(scratch / "large", "scattered", 10 * TARGET_ROWS, rounds, (NAIVE, OURS)))
    return "\n\n".join([f"## Upserts (median of {rounds}, in turn, warm)", *races])


def compared(scratch: Path, rows: int, rounds: int, environments: Path | None) -> str:
    """Race other libraries of checks, which are installed into environments of their own."""
    if environments is None:
        return "## Peers\n\nskipped: `--environments FOLDER` names where they may be installed"
    return peers(scratch, rows, rounds, environments.resolve())


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each candidate (default: 3)")
    parser.add_argument("--environments", type=Path, help="where the peers' own environments are, or are made")
    parser.add_argument("--rows", type=int, default=CHECKED_ROWS, help="rows for the peers (default: 1,000,000)")
    parser.add_argument("--only", choices=PARTS, help="one part only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lakesmith-bench-") as folder:
        scratch = Path(folder).resolve()
        feed = find_feed(scratch)
        print(f"# Figures of the main job\n\n{feed.about}: {len(feed.files)} files; driver memory as in local.conf\n")
        parts = {
            "tax": lambda: tax(feed, scratch, options.rounds),
            "reads": lambda: reads(feed, scratch),
            "day": lambda: day(feed, scratch / "day"),
            "cold": lambda: cold_start(scratch / "cold", options.rounds),
            "idle": lambda: idle_run(scratch / "idle"),
            "publish": lambda: publication(feed, scratch / "publish"),
            "upserts": lambda: upserts(scratch / "upserts", options.rounds),
            "growth": lambda: growth(scratch / "growth", GROWN_FROM),
            "history": lambda: history(scratch / "history", DAYS),
            "checks": lambda: checked_writes(scratch / "checks", CHECKED_ROWS, options.rounds),
            "dedupe": lambda: dedupes(scratch / "dedupe", DEDUPE_ROWS, options.rounds),
            "grid": lambda: grid(scratch / "grid"),
            "bloom": lambda: "\n\n".join(
                [bloom(scratch / "bloom", TARGET_ROWS, options.rounds), bloom_figures(BLOOM_KEYS, options.rounds)]
            ),
            "references": lambda: orphans(scratch / "orphans", options.rounds),
            "repeats": lambda: repeats(scratch / "repeats", HISTORY_ROWS, options.rounds),
            "as-of": lambda: as_of_joins(scratch / "as_of", options.rounds),
            "range-join": lambda: range_joins(scratch / "range_join", options.rounds),
            "enriched": lambda: enriched(feed, scratch / "enriched", phases),
            "skew": lambda: skew(scratch / "skew", options.rounds, JOIN_ROWS),
            "bloom-joins": lambda: bloom_joins(scratch / "bloom-joins", options.rounds, JOIN_ROWS),
            "join-growth": lambda: join_growth(scratch / "join-growth", options.rounds, GROWN_JOINS),
            "peers": lambda: compared(scratch / "peers", options.rows, options.rounds, options.environments),
            "maintain": lambda: micro_merges(scratch / "micro", MICRO_ROWS, MICRO_MERGES, MAINTAIN_EVERY),
        }
        for name in [options.only] if options.only else PARTS:
            print(parts[name]() + "\n", flush=True)


if __name__ == "__main__":
    main()
