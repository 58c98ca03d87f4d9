"""Choose where a run is killed: at each commit that an uninterrupted run makes, and at random instants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from deltalake import DeltaTable

SEED = 20260101
RANDOM_KILLS = 50
VICTIMS = ("both", "jvm", "python")


@dataclass(frozen=True)
class Point:
    """One kill: at a `commit` (a path below the warehouse) or at an `instant`, a share of the time of a whole run."""

    start: str
    operation: str
    when: str
    who: str
    commit: str = ""
    instant: float = 0.0

    @property
    def key(self) -> str:
        """What tells the point from all others."""
        return "|".join(str(value) for value in asdict(self).values())


def commit_points(start: str, before: Path | None, after: Path) -> Iterator[Point]:
    """Yield the kills at each commit of the uninterrupted run that led from one warehouse to another, in their order.

    Notes
    -----
    Where the killed process is not the one that commits, before and after the commit are the same to it: killed once.
    """
    known = _commits(before) if before else set()
    new = sorted(_commits(after) - known, key=lambda file: (after / file).stat().st_mtime_ns)
    for who in VICTIMS:
        for file in new:
            commits = "python" if file.startswith("ops/") else "jvm"
            for when in ("before", "after") if who in ("both", commits) else ("before",):
                yield Point(start, operation(after, file), when, who, commit=file)


def random_points(seed: int = SEED, count: int = RANDOM_KILLS) -> Iterator[Point]:
    """Yield kills at random instants, the same for the same seed."""
    dice = Random(seed)
    for number in range(1, count + 1):
        instant = round(dice.random(), 4)
        yield Point("upsert", f"random instant {number}", "at", dice.choice(VICTIMS), instant=instant)


def first_ledger_commit(warehouse: Path) -> str:
    """Return the commit file that the ledger gets next."""
    taken = [file for file in _commits(warehouse) if file.startswith("ops/ledger/")] if warehouse.exists() else []
    return f"ops/ledger/_delta_log/{len(taken):020}.json"


def _commits(warehouse: Path) -> set[str]:
    return {str(file.relative_to(warehouse)) for file in warehouse.glob("*/*/_delta_log/[0-9]*.json")}


def operation(warehouse: Path, file: str) -> str:
    """Say what a commit does: ``data silver.orders (MERGE)``, ``ledger: intent bronze.orders``, ``publish``."""
    layer, name, _, commit = file.split("/")
    if f"{layer}.{name}" == "ops.ledger":
        return f"ledger: {_ledger_events(warehouse / layer / name, int(commit[:20]))}"
    if layer == "ops":
        return "publish" if name == "published" else f"record: ops.{name}"
    if name.endswith("__quarantine"):
        return f"quarantine {layer}.{name.removesuffix('__quarantine')}"
    actions = [json.loads(line) for line in (warehouse / file).read_text(encoding="utf-8").splitlines()]
    what = next(action["commitInfo"]["operation"] for action in actions if "commitInfo" in action)
    return f"data {layer}.{name} ({what})"


def _ledger_events(ledger: Path, version: int) -> str:
    def rows(at: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = DeltaTable(ledger, version=at).to_pyarrow_table().to_pylist() if at >= 0 else []
        return found

    old = {row["seq"] for row in rows(version - 1)}
    new = sorted((row for row in rows(version) if row["seq"] not in old), key=lambda row: row["seq"])
    return ", ".join(f"{row['event']} {row['table']}".strip() for row in new)
