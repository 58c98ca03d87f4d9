"""Make an environment of its own for each library, from the package registry that pip is set up with."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMMON = ("pandas", "pyarrow", "setuptools")


@dataclass(frozen=True)
class Peer:
    """Describe a library that is measured.

    Parameters
    ----------
    way : str
        The module of `tests.benchmarks.peers.ways`.
    packages : tuple of str
        What pip installs, the library first; empty for what runs in this environment.
    gives : str
        What it says of a row, and whether that is exact.
    """

    way: str
    packages: tuple[str, ...]
    gives: str


PEERS = {
    "bare write": Peer("bare", (), "nothing is checked"),
    "Lakesmith": Peer("lakesmith", (), "each reason with its value; split; exact"),
    "Great Expectations": Peer(
        "great_expectations",
        ("great-expectations==1.24.1", "pyspark==4.0.1"),
        "keys of unexpected rows, collected; split by a join of ours; exact as far as it lists them",
    ),
    "cuallee": Peer("cuallee", ("cuallee==0.15.4", "pyspark==4.0.1"), "counts only; all rows written; exact"),
    "PyDeequ": Peer(
        "pydeequ", ("pydeequ==1.7.0", "pyspark==3.5.7"), "a flag a check and row; split by a filter of ours; exact"
    ),
    "DQX": Peer("dqx", ("databricks-labs-dqx==0.17.0", "pyspark==4.0.1"), "each reason; split; exact"),
}


def environment(folder: Path, peer: Peer) -> tuple[str, str]:
    """Return the Python of a library, made where it is missing, and why it could not be made."""
    if not peer.packages:
        return sys.executable, ""
    home = folder / peer.way
    python = home / "bin" / "python"
    done = home / ".installed"
    wanted = "\n".join(peer.packages)
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return str(python), ""
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", *peer.packages, *COMMON],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            return "", _last_line(made.stderr)
    done.write_text(wanted, encoding="utf-8")
    return str(python), ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
