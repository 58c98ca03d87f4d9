"""What thirty checks of rows cost in each library, as Markdown; every way writes its rows."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from tests.benchmarks.cpu import Usage, measure
from tests.benchmarks.feed import ROOT
from tests.benchmarks.markdown import markdown
from tests.benchmarks.peers.environments import PEERS, Peer, environment
from tests.benchmarks.peers.suite import expected, make_ground

HEAD = (
    "",
    "gives",
    "bad rows",
    "reasons",
    "CPU s",
    "÷ ours",
    "÷ ours, less the bare write",
    "wall s",
    "CPU s with the start",
)
ENV = {"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}", "PYDEEQU_QUIET": "1"}
BARE, OURS = "bare write", "Lakesmith"


def peers(scratch: Path, rows: int, rounds: int, folder: Path) -> str:
    """Race the libraries, each in an environment of its own under `folder`."""
    ground = scratch / "ground"
    make_ground(ground, rows)
    found: dict[str, dict[str, Any]] = {}
    skipped: dict[str, str] = {}
    for name, peer in PEERS.items():
        python, problem = environment(folder, peer)
        if not problem:
            found[name], problem = _measured(python, peer, ground, scratch, rounds)
        if problem:
            skipped[name] = problem
            found.pop(name, None)
    bad, reasons = expected(rows)
    title = f"## Thirty checks of rows: {rows:,} rows of 31 columns, {bad:,} of them bad for {reasons:,} reasons"
    about = f"Median of {rounds}, warm, in processes of their own; CPU of Python and the JVM together."
    notes = [f"- {name} was skipped: {problem}" for name, problem in skipped.items()]
    return "\n\n".join([title, about, markdown(HEAD, _lines(found)), *notes])


def _measured(python: str, peer: Peer, ground: Path, scratch: Path, rounds: int) -> tuple[dict[str, Any], str]:
    out = scratch / peer.way
    call = [python, "-m", "tests.benchmarks.peers.once", peer.way, str(ground), str(out), str(rounds)]
    try:
        usage = measure(call, env=ENV)
    except RuntimeError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        return {}, lines[-1]
    report = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    return {**report, "usage": usage}, ""


def _lines(found: dict[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    cpu = {name: statistics.median(one["cpu"] for one in report["rounds"]) for name, report in found.items()}
    bare, ours = cpu[BARE], cpu[OURS]
    lines = []
    for name, report in found.items():
        written = report["written"]
        usage: Usage = report["usage"]
        wall = statistics.median(one["wall"] for one in report["rounds"])
        above = (cpu[name] - bare) / (ours - bare) if name != BARE else 0.0
        lines.append((
            name, PEERS[name].gives, f"{written['bad']:,}", f"{written['reasons']:,}", f"{cpu[name]:.2f}",
            f"{cpu[name] / ours:.2f}", f"{above:.2f}", f"{wall:.1f}", f"{usage.cpu_seconds:.1f}",
        ))  # fmt: skip
    return lines
