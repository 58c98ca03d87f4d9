"""Run the sample in one command.

``python -m lakesmith.demo`` makes a feed, runs twice and shows what came out. Nothing is
deleted. Run a second time, it finds nothing new from the start.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.cli.options import open_lake
from lakesmith.cli.table import aligned
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
    yield f"quarantined rows by their first reason\n{_most_frequent(lake, names)}"
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


def _most_frequent(lake: Lake, names: Sequence[str]) -> str:
    reasons = [
        {"table": name, **row}
        for name in names
        for row in _rows(_by_first_reason(lake.quarantine(name)))
    ]
    reasons.sort(key=lambda row: (-row["rows"], row["table"], row["check"]))
    more = len(reasons) - REASONS
    return f"{aligned(reasons[:REASONS])}\nand {more} more: .venv/bin/lakesmith quarantine TABLE"


def _by_first_reason(quarantine: DataFrame) -> DataFrame:
    first: Column = F.col("_reasons")[0]
    found = quarantine.select(
        first["check"].alias("check"),
        first["column"].alias("column"),
        first["value"].alias("value"),
    )
    counted = found.groupBy("check", "column").agg(
        F.count("*").alias("rows"), F.min("value").alias("such_as")
    )
    return counted.orderBy("check", "column")


def _rows(frame: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.collect()]


if __name__ == "__main__":
    main()
