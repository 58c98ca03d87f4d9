"""Damage done to a warehouse, and what the doctor makes of it."""

from __future__ import annotations

import os
from pathlib import Path

from lakesmith.doctor.findings import Report
from tests.shop import TABLES, Shop

DAY = 86_400


def root_of(shop: Shop, table: str) -> Path:
    """Return the directory of a table."""
    return shop.root / "lake" / table.replace(".", "/")


def log_of(shop: Shop, table: str) -> Path:
    """Return the log of a table."""
    return root_of(shop, table) / "_delta_log"


def newest(shop: Shop, table: str) -> Path:
    """Return the newest commit of a table."""
    return max(log_of(shop, table).glob("[0-9]*.json"))


def forget(shop: Shop, table: str, commits: int = 1) -> None:
    """Take the newest commits of a table away, as if they had never been written."""
    for _ in range(commits):
        version = newest(shop, table).stem
        for file in [*log_of(shop, table).glob(f"{version}*"), *log_of(shop, table).glob(f".{version}*")]:
            file.unlink()


def die_after_silver(shop: Shop) -> None:
    """Leave what a third run leaves that dies when silver has written and the ledger does not say so yet."""
    forget(shop, "ops.ledger", 3)
    for table in ("gold.daily", "ops.published", "ops.runs"):
        forget(shop, table)


def age(file: Path, days: float) -> None:
    """Make a file older."""
    instant = file.stat().st_mtime - days * DAY
    os.utime(file, (instant, instant))


def found(report: Report) -> list[tuple[str, str, str]]:
    """Return severity, code and table of each finding."""
    return [(one.severity, one.code, one.table) for one in report.findings]


def besides_orphans(report: Report) -> list[tuple[str, str, str]]:
    """Return what is found besides the files of commits that a test took away."""
    return [one for one in found(report) if one[1] != "LS625"]


def fixed(shop: Shop) -> list[str]:
    """Let the doctor fix, and return the codes of what it fixed. No error and nothing fixable may be left."""
    report = shop.lake.doctor(fix=True)
    assert report.is_sound and not [one for one in report.findings if one.fixable], report.findings
    return [one.code for one in report.fixed]


def all_rows(shop: Shop) -> dict[str, object]:
    """Return the published rows of all tables."""
    return {table: shop.rows(table) for table in TABLES}
