"""One contender in a process of its own, warm: ``python -m tests.benchmarks.upserts.once NAME GROUND OUT ROUNDS``.

It upserts into a copy of the table a few times that do not count, then ROUNDS times; OUT gets the copies, the event
log and ``rounds.json``: begin, end and the CPU seconds of Python and JVM together.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.upserts.contenders import CONTENDERS, Upsert

WARM_UPS = 2


def run(name: str, ground: Path, out: Path, rounds: int) -> None:
    """Upsert into fresh copies, one after the other."""
    contender = CONTENDERS[name]
    out.mkdir(parents=True)
    with contender.ready(out / "events") as upsert:
        times = [
            _timed(upsert, shutil.copytree(ground / contender.table, out / f"{number}"), ground / "changes")
            for number in range(WARM_UPS + rounds)
        ]
    (out / "rounds.json").write_text(json.dumps(times[WARM_UPS:]), encoding="utf-8")


def _timed(upsert: Upsert, table: Path, changes: Path) -> dict[str, float | str]:
    cpu, begin = cpu_seconds(), time.time()
    upsert(table, changes)
    return {"table": str(table), "begin": begin, "end": time.time(), "cpu_seconds": cpu_seconds() - cpu}


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
