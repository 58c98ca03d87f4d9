"""What the sample's enriched order lines read: one new day, one changed customer, a rebuild."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.eventlog import EventLog
from tests.benchmarks.feed import Feed
from tests.benchmarks.markdown import markdown

Phases = Callable[[Path, Path, Path, Sequence[str]], dict[str, EventLog]]
TABLE = "gold.sales_enriched"
BEFORE = "bronze.order_lines,silver.order_lines,silver.customers,silver.products"
MOVED_TO = "Iceland"


def enriched(feed: Feed, scratch: Path, phases: Phases) -> str:
    """Count records and files that each run reads for the enriched lines, beside a rebuild.

    Parameters
    ----------
    feed : Feed
    scratch : Path
    phases : callable
        Runs selections on a feed and a warehouse, and returns the event log of each.
    """
    growing = feed.copy(scratch / "feed", last=-1)
    lake = scratch / "lake"
    order = [BEFORE, TABLE]
    phases(growing, lake, scratch / "log_before", order)
    shutil.copy2(feed.files[-1], growing)
    day = phases(growing, lake, scratch / "log_day", order)[TABLE]
    add_changed_customer(growing)
    customer = phases(growing, lake, scratch / "log_customer", order)[TABLE]
    full = phases(growing, scratch / "rebuild", scratch / "log_full", order)[TABLE]
    runs = {"one new day": day, "one changed customer": customer, "rebuild": full}
    most = _records(full)
    rows = [
        (name, str(_records(log)), f"{100 * _records(log) / most:.2f}", str(len(log.jobs)), _files(log))
        for name, log in runs.items()
    ]
    head = (TABLE, "records read", "% of a rebuild", "jobs", "files and rows of each table")
    return f"## Enriched order lines after {len(feed.files) - 1} days\n\n{markdown(head, rows)}"


def add_changed_customer(feed: Path) -> None:
    """Add a file with one line, by which the first customer of the newest file moved elsewhere."""
    newest = max(feed.iterdir())
    with newest.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        names = rows.fieldnames or []
        line = next(row for row in rows if row["CustomerID"])
    moved = {**line, "Country": MOVED_TO, "InvoiceNo": "999999", "InvoiceDate": "2031-01-01 00:00:00"}
    with (feed / f"z_{newest.name}").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerow(moved)


def _records(log: EventLog) -> int:
    return sum(rows for path, rows in log.rows_by_path().items() if Path(path).parent.name != "ops")


def _files(log: EventLog) -> str:
    """Return files and rows that each scan of a table of the lake gave, the largest scan of each table."""
    most: dict[str, tuple[int, int]] = {}
    for scan in log.scans:
        place = Path(scan.path)
        if not scan.is_log and place.parent.name in ("bronze", "silver", "gold"):
            name = f"{place.parent.name}.{place.name}"
            most[name] = max(most.get(name, (0, 0)), (scan.files, scan.rows))
    return "; ".join(f"{name} {files} files, {rows} rows" for name, (files, rows) in sorted(most.items()))
