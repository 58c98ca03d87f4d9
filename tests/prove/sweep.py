"""Sweep: kill, assess, write the outcome down; a sweep that was stopped goes on where it was."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from tests.prove.assess_kill import Outcome, assess, reading
from tests.prove.ground import Ground
from tests.prove.killing import ROOT, Crash, kill_at_commit, kill_at_instant, uninterrupted_seconds
from tests.prove.points import Point, commit_points, first_ledger_commit, random_points

ATTEMPTS = 3
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SIDE_BY_SIDE = (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class State:
    """The outcomes so far, one JSON a line; those of another product do not count."""

    file: Path

    def read(self) -> dict[str, Outcome]:
        """Return the outcome of each point that is done."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        rows = [json.loads(line) for line in lines]
        mine = digest()
        return {row["point"]: Outcome(**row["outcome"]) for row in rows if row["digest"] == mine}

    def add(self, point: Point, outcome: Outcome) -> None:
        """Write one outcome down."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        row = {"digest": digest(), "point": point.key, "outcome": asdict(outcome)}
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")


@cache
def digest() -> str:
    """Return the digest of what the product's sources do; words on it do not count."""
    files = sorted((ROOT / "lib" / "lakesmith").rglob("*.py"))
    return hashlib.sha256("".join(map(_without_words, files)).encode()).hexdigest()[:12]


def _without_words(file: Path) -> str:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def all_points(ground: Ground) -> list[Point]:
    """Return every kill of the sweep: at each commit of a run with MERGEs, at random instants, and of a first run."""
    upsert = commit_points("upsert", ground.root / "before", ground.root / "lakes" / "expected")
    first = commit_points("first", None, ground.root / "before")
    return [*upsert, *random_points(), *(point for point in first if point.who == "both")]


def sweep(ground: Ground, points: Iterable[Point], state: State) -> dict[str, Outcome]:
    """Kill at each point that has no outcome yet, a few side by side; return all outcomes."""
    done = state.read()
    todo = [point for point in points if point.key not in done]
    if any(not point.commit for point in todo):
        duration(ground)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        try:
            for point, outcome in zip(todo, pool.map(lambda point: one_kill(ground, point), todo), strict=True):
                done[point.key] = outcome
                state.add(point, outcome)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # whoever stops the sweep waits for no point that is due
    return done


def one_kill(ground: Ground, point: Point) -> Outcome:
    """Kill one run, run again to the end, and assess; a kill that came too late is tried again."""
    name = hashlib.sha256(point.key.encode()).hexdigest()[:12]
    for attempt in range(1, ATTEMPTS + 1):
        warehouse = ground.copy(point.start, f"{name}{attempt}")
        with reading(warehouse) as reader:
            crash = _kill(ground, point, warehouse, ground.root / f"{name}.log")
            if crash.hit or attempt == ATTEMPTS:
                outcome = assess(ground, point.start, warehouse, reader, crash)
                break
    shutil.rmtree(warehouse)
    missed = [f"the kill missed its point {ATTEMPTS} times"] if point.commit and not crash.hit else []
    return replace(outcome, wrong=[*outcome.wrong, *missed])


def _kill(ground: Ground, point: Point, warehouse: Path, log: Path) -> Crash:
    command = ground.command(warehouse)
    if point.commit:
        return kill_at_commit(command, warehouse / point.commit, point.when, point.who, log)
    first = warehouse / first_ledger_commit(warehouse)
    return kill_at_instant(command, first, point.instant * duration(ground), point.who, log)


def duration(ground: Ground) -> float:
    """Return how long an uninterrupted run takes from its first commit on, measured once."""
    file = ground.root / "uninterrupted_seconds"
    if not file.exists():
        warehouse = ground.copy("upsert", "timed")
        first = warehouse / first_ledger_commit(warehouse)
        file.write_text(str(uninterrupted_seconds(ground.command(warehouse), first, ground.root / "timed.log")))
    return float(file.read_text())
