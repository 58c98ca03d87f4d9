"""One candidate in a process of its own, warm: ``python -m tests.benchmarks.upserts.once NAME GROUND OUT ROUNDS``.

It upserts into a copy of the table a few times that do not count, then ROUNDS times; OUT gets the copies, the event
log and ``rounds.json``: begin, end and the CPU seconds of Python and JVM together. ``... ROUNDS WARM_UPS in_turn``
waits for a line before each time, and answers with one after it.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.upserts.candidates import CANDIDATES, Candidate, Upsert

WARM_UPS = 2


def run(name: str, ground: Path, out: Path, rounds: int, warm_ups: int = WARM_UPS, in_turn: bool = False) -> None:
    """Upsert into fresh copies, one after the other."""
    candidate = CANDIDATES[name]
    out.mkdir(parents=True, exist_ok=in_turn)
    with candidate.ready(out / "events") as upsert:
        times = [_once(upsert, ground, out / f"{number}", candidate, in_turn) for number in range(warm_ups + rounds)]
    (out / "rounds.json").write_text(json.dumps(times[warm_ups:]), encoding="utf-8")


def _once(upsert: Upsert, ground: Path, copy: Path, candidate: Candidate, in_turn: bool) -> dict[str, float | str]:
    if in_turn and not sys.stdin.readline():
        sys.exit("nobody waits for another turn")
    took = _timed(upsert, shutil.copytree(ground / candidate.table, copy), ground / "changes")
    if in_turn:
        print(copy.name, flush=True)
    return took


def _timed(upsert: Upsert, table: Path, changes: Path) -> dict[str, float | str]:
    cpu, begin = cpu_seconds(), time.time()
    upsert(table, changes)
    return {"table": str(table), "begin": begin, "end": time.time(), "cpu_seconds": cpu_seconds() - cpu}


if __name__ == "__main__":
    name, ground, out, *rest = sys.argv[1:]
    run(name, Path(ground), Path(out), *map(int, rest[:2]), in_turn="in_turn" in rest)
