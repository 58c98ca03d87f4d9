from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lakesmith.scaffold import init_project

LIB = Path(__file__).resolve().parents[2] / "lib"
WATCHED = "trace=fsync,rename,renameat,renameat2,link,linkat"
SYNC = re.compile(r"fsync\(\d+<(?P<path>[^>]+)>")
COMMIT = re.compile(r"(?P<table>.*)/_delta_log/(?P<version>\d{20})\.json")
MADE = re.compile(r'(?:rename|link)\w*\(.*"(?P<path>[^"]+)"(?:, \w+)?\)? *=? *')


def events(text: str, warehouse: Path) -> list[tuple[str, str, int]]:
    """Return which commits of logs were made or forced, in order: kind, table, version."""
    found = []
    for line in text.splitlines():
        kind, match = ("sync", SYNC.search(line)) if "fsync(" in line else ("make", MADE.search(line))
        commit = COMMIT.fullmatch(match["path"]) if match else None
        if commit:
            found.append((kind, os.path.relpath(commit["table"], warehouse), int(commit["version"])))
    return found


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: nothing can be watched")
def test_intents_are_on_the_disk_before_data_and_data_before_dones(tmp_path: Path) -> None:
    init_project(tmp_path / "small")
    trace = tmp_path / "strace.txt"
    watch = ["strace", "-f", "--seccomp-bpf", "-y", "-s", "4096", "-e", WATCHED, "-o", str(trace)]
    run = [sys.executable, "-m", "lakesmith", "run"]
    env = {**os.environ, "PYTHONPATH": str(LIB)}
    subprocess.run([*watch, *run], cwd=tmp_path / "small", env=env, check=True, capture_output=True)
    order = events(trace.read_text(), tmp_path / "small" / "warehouse")
    for number, table in enumerate(["bronze/orders", "silver/orders", "gold/daily_orders"]):
        steps = [
            ("sync", "ops/ledger", number),  # the intent
            ("make", table, 0),
            ("sync", table, 0),
            ("make", "ops/ledger", number + 1),  # the done
        ]
        places = [order.index(step) for step in steps]
        assert places == sorted(places), order
