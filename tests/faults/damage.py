"""What the fault tests share: the rows that they land, and the ways in which they damage a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.shop import Shop

BRONZE, SELECT = ["bronze.orders"], ["bronze.orders", "silver.orders"]
FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,B,2,2.50,2026-01-01,1,I"]
SECOND = ["3,C,3,1.00,2026-01-02,1,I", "1,A,9,2.50,2026-01-01,2,U"]
THIRD = ["4,D,4,1.00,2026-01-03,1,I", "2,B,8,2.50,2026-01-01,2,U"]
AFTER_TWO = [(1, 9), (2, 2), (3, 3)]
AFTER_THREE = [(1, 9), (2, 8), (3, 3), (4, 4)]


def table_dir(shop: Shop, table: str) -> Path:
    """Return the directory of a table."""
    return shop.root / "lake" / Path(*table.split("."))


def commit_file(shop: Shop, table: str, version: int) -> Path:
    """Return the file of one commit in a table's log."""
    return table_dir(shop, table) / "_delta_log" / f"{version:020d}.json"


def data_files(shop: Shop, table: str) -> list[Path]:
    """Return the data files in a table's directory, without deletion vectors."""
    return sorted(table_dir(shop, table).rglob("part-*.parquet"))


def cut(file: Path) -> None:
    """Cut a file to half, as a crash between writing and its reaching the disk does."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    sidecar(file).unlink(missing_ok=True)


def empty(file: Path) -> None:
    """Cut a file to no bytes."""
    file.write_bytes(b"")
    sidecar(file).unlink(missing_ok=True)


def remove(file: Path) -> None:
    """Take a file away with its checksum."""
    file.unlink()
    sidecar(file).unlink(missing_ok=True)


def sidecar(file: Path) -> Path:
    """Return the hidden checksum file that Hadoop keeps beside a file on a local disk."""
    return file.with_name(f".{file.name}.crc")


def quantities(shop: Shop, version: str | int = "published") -> list[tuple[Any, ...]]:
    """Return key and quantity of the silver orders."""
    return [(row[0], row[2]) for row in shop.rows("silver.orders", version)]


def bronze_ids(shop: Shop, version: str | int = "published") -> list[str]:
    """Return the keys that landed, sorted."""
    return sorted(row[0] for row in shop.rows("bronze.orders", version))


def ids(lines: Sequence[str]) -> list[str]:
    """Return the keys of lines of the feed."""
    return [line.partition(",")[0] for line in lines]
