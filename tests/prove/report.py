"""The sweep's outcomes as Markdown."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tests.prove.assess_kill import Outcome
from tests.prove.points import SEED, Point
from tests.prove.sweep import digest

COMMAND = ".venv/bin/python -m pytest -m prove tests/prove/test_kill_sweep.py"
HEAD = """# Kill sweep: what a killed run leaves behind

A run over three layers is killed with SIGKILL at each of its commits and at random instants, then an uninterrupted run
follows. Written by

    {command}

It needs Linux and `strace`, which holds the commit while the kill is sent, and about {seconds:.0f} CPU-seconds for a
killed run; a sweep that was stopped goes on where it was (`build/prove/kill_sweep.jsonl`), unless the sources changed.

- **run**: *upsert* starts from a warehouse with one run behind it, so that upserts meet rows; *first* makes the
  tables.
- **kill**: *before* is after the commit was written under a temporary name and before it is visible, *after* once it is
  visible. Where the process that is killed is not the one that commits, the two are one.
- **lost**, **doubled**: rows of all tables and of the quarantine, against an uninterrupted run.
- **half runs**: publications that a reader met, looking all the time, whose tables were neither all old nor all new.
- **open**: batches that the ledger had open at the kill. **redone**: those of them that the uninterrupted run did
  again (a batch whose rows had landed is recognised, and not written again), with the rows read for it. No closed batch
  is ever redone: that would be a fault.
- **not recorded**: finished batches without their counts in `ops.runs`; the uninterrupted run writes those of the
  killed run.

{versions}; seed {seed}; sources {digest}.

**{done} of {all} kills done.**
"""
COLUMNS = ("run", "operation", "kill", "killed", "lost", "doubled", "half runs", "open", "redone", "rows read again",
           "not recorded", "faults")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the table: a point, or all random instants of one victim."""

    point: Point
    outcomes: Sequence[Outcome]

    def cells(self) -> list[str]:
        """Return the cells."""

        def add(name: str) -> int:
            return sum(int(getattr(one, name)) for one in self.outcomes)

        return [
            self.point.start,
            self.point.operation if self.point.commit else f"{len(self.outcomes)} random instants",
            self.point.when if self.point.commit else "any time",
            {"both": "JVM and Python", "jvm": "JVM", "python": "Python"}[self.point.who],
            *(str(add(name)) for name in ("lost", "doubled", "half_runs")),
            str(sum(len(one.open) for one in self.outcomes)),
            str(sum(len(one.redone) for one in self.outcomes)),
            *(str(add(name)) for name in ("redone_rows", "unrecorded")),
            "; ".join(fault for one in self.outcomes for fault in one.wrong) or "-",
        ]


def markdown(points: Sequence[Point], outcomes: Mapping[str, Outcome]) -> str:
    """Return the page: a line for each commit point, one for the random instants of each victim."""
    done = [point for point in points if point.key in outcomes]
    lines = [Line(point, [outcomes[point.key]]) for point in done if point.commit]
    for who in ("both", "jvm", "python"):
        group = [point for point in done if not point.commit and point.who == who]
        lines += [Line(group[0], [outcomes[point.key] for point in group])] if group else []
    mean = sum(outcomes[point.key].cpu_seconds for point in done) / max(len(done), 1)
    facts = {"seed": SEED, "digest": digest(), "done": len(done), "all": len(points), "versions": versions()}
    head = HEAD.format(command=COMMAND, seconds=mean, **facts)
    table = [COLUMNS, ["---"] * len(COLUMNS), *(line.cells() for line in lines)]
    return head + "\n" + "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n" + _random_lines(done, outcomes)


def _random_lines(done: Sequence[Point], outcomes: Mapping[str, Outcome]) -> str:
    late = sum(not outcomes[point.key].hit for point in done if not point.commit)
    bad = [point.key for point in done if not outcomes[point.key].good]
    lines = f"\n{late} random instants came after the run had ended by itself.\n" if late else ""
    return lines + (f"\nPoints with faults: {'; '.join(bad)}.\n" if bad else "\nNo kill that is done showed a fault.\n")


def versions() -> str:
    """Name what the sweep ran on."""
    parts = [
        f"Spark {version('pyspark')}",
        f"Delta {version('delta-spark')}",
        f"delta-rs {version('deltalake')}",
        f"Java {_version('java', '-version')}",
        f"Python {platform.python_version()}",
        f"strace {_version('strace', '-V')}",
        f"{platform.system()} {platform.release()} {platform.machine()}",
    ]
    return ", ".join(parts)


def _version(tool: str, ask: str) -> str:
    if shutil.which(tool) is None:
        return "absent"
    output = subprocess.run([tool, ask], capture_output=True, text=True, check=True)
    return re.findall(r"version \W?([0-9.]+)", output.stdout + output.stderr)[0]
