"""Run the sample in one command.

``python -m lakesmith.demo`` makes a feed, runs twice and shows what came out. Nothing is
deleted. Run a second time, it finds nothing new from the start.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from lakesmith.cli.options import open_lake
from lakesmith.cli.table import aligned
from lakesmith.quality.quarantine_reasons import count_reasons
from retail.generate import generate

if TYPE_CHECKING:
    from lakesmith.lake import Lake
    from lakesmith.observe.results import RunResult

SALES = (
    "order_date",
    "country",
    "lines",
    "invoices",
    "customers",
    "units",
    "gross",
    "returns",
    "net",
)
SHOWN = 3
REASONS = 6
STATUSES = ("pass", "warn", "quarantine", "drop", "fail", "error")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m lakesmith.demo", description="Run the sample twice and show it."
    )
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path("."),
        help="where data/ and warehouse/ lie (default: here)",
    )
    parser.add_argument(
        "--conf",
        type=Path,
        default=Path("conf"),
        help="specs of the sample (default: conf)",
    )
    asked = parser.parse_args(argv)
    for part in demo(asked.dir, asked.conf):
        print(part, end="\n\n", flush=True)


def demo(directory: Path, conf: Path) -> Iterator[str]:
    """Run the sample twice in a directory.

    Parameters
    ----------
    directory : Path
        Gets ``data`` and ``warehouse``.
    conf : Path
        The sample's specs.

    Yields
    ------
    str
        The parts of the report, as they come; the same for the same seed.
    """
    yield _feed(directory / "data")
    places = {
        name: f"sources.{name}.path={directory / 'data' / name}"
        for name in ("retail_orders", "crm_changes")
    }
    lake = open_lake(
        conf, "local", [f"warehouse={directory / 'warehouse'}", *places.values()]
    )
    yield f"first run: {_outcome(lake.run())}"
    yield f"second run: {_outcome(lake.run())}"
    names = lake.project.table_names()
    sales = (
        lake.table("gold.daily_sales")
        .orderBy("order_date", "country")
        .select(*SALES)
        .limit(SHOWN)
    )
    yield f"three rows of gold.daily_sales\n{aligned(_rows(sales))}"
    yield f"checks of the first run\n{_verdicts(lake.quality())}"
    yield f"quarantined rows by reason\n{_most_frequent(lake, names)}"
    yield (
        "the tables are in warehouse/<layer>/<name>\n"
        "look at them: .venv/bin/lakesmith show gold.daily_sales"
    )


def _feed(data: Path) -> str:
    if (data / "retail_orders").exists():
        return "feed: data/retail_orders is there already"
    made = generate(data)
    orders = f"{made['order_rows']} order lines in {made['order_files']} files (data/retail_orders)"
    changes = f"{made['crm_rows']} customer changes in {made['crm_files']} files (data/crm_changes)"
    return f"feed: {orders}\n      {changes}"


def _outcome(result: RunResult) -> str:
    if result.state == "nothing_new":
        return "nothing new"
    counted = [
        {"table": table.table, **_counts(table.counts)} for table in result.tables
    ]
    return f"{result.state}\n{aligned(counted)}"


def _counts(counts: Any) -> dict[str, int]:
    return {
        name: getattr(counts, name)
        for name in ("read", "dropped", "quarantined", "accepted")
    }


def _verdicts(results: Sequence[Mapping[str, Any]]) -> str:
    """Return how many checks came to each status, with the message of one that did not pass."""
    found: list[dict[str, Any]] = []
    for status in STATUSES:
        those = [one for one in results if one["status"] == status]
        said = next(
            (f"{one['check']}: {one['message']}" for one in those if one["message"]), ""
        )
        if those:
            found.append({"status": status, "checks": len(those), "such_as": said})
    return aligned(found)


def _most_frequent(lake: Lake, names: Sequence[str]) -> str:
    reasons = [
        {"table": name, **row}
        for name in names
        for row in _rows(lake.quarantine(name).transform(count_reasons))
    ]
    reasons.sort(key=lambda row: (-row["rows"], row["table"], row["check"]))
    more = len(reasons) - REASONS
    shown = aligned(reasons[:REASONS])
    return f"{shown}\nand {more} more: .venv/bin/lakesmith quarantine TABLE --reasons"


def _rows(frame: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.collect()]


if __name__ == "__main__":
    main()
