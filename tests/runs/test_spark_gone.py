"""A JVM that dies under a run: one clear error, no file to blame, and the next run ends what was begun."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import SPECS, Shop

STEP = """
import os, signal
from pyspark import SparkContext

def now(df):
    flag = os.environ.get("FLAG", "")
    if flag and os.path.exists(flag):
        os.remove(flag)
        os.kill(SparkContext._gateway.proc.pid, signal.SIGKILL)
    return df
"""
ROWS = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I"]


@pytest.mark.classic("the JVM that is killed is the command's own")
def test_a_run_whose_spark_dies_says_so_and_the_next_one_goes_on(make_shop: object, root: Path) -> None:
    dying = SPECS["tables/silver/lines"].replace("steps:\n", "steps:\n  - dying:now\n")
    shop: Shop = make_shop({"tables/silver/lines": dying})  # type: ignore[operator]
    (shop.root / "dying.py").write_text(STEP)
    flag = shop.root / "flag"
    flag.touch()
    shop.land("a.csv", ROWS)
    settings = (root / "conf" / "spark" / "local.conf").read_text()
    shop.spec("spark/local", settings)
    (shop.root / "conf" / "spark" / "local.yml").rename(shop.root / "conf" / "spark" / "local.conf")
    command = [sys.executable, "-m", "lakesmith", "run", "--conf", "conf", "--set", f"warehouse={shop.root / 'lake'}"]
    paths = os.pathsep.join([str(root / "lib"), str(shop.root)])

    def run() -> subprocess.CompletedProcess[str]:
        place = {**os.environ, "PYTHONPATH": paths, "FLAG": str(flag)}
        return subprocess.run(command, cwd=shop.root, env=place, capture_output=True, text=True, timeout=300)

    died = run()
    assert died.returncode == 1
    assert ("LS700" in died.stderr, "LS804" in died.stderr) == (True, True), died.stderr
    done = run()
    assert done.returncode == 0, done.stderr
    assert "parked" not in done.stdout
    assert "2" in next(line for line in done.stdout.splitlines() if line.startswith("silver.lines"))
