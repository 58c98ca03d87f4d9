"""An error of a task is raised, and no stack trace of it is printed beside what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LIB = Path(__file__).resolve().parents[2] / "lib"
PROGRAM = """
from lakesmith.session.start import get_session
spark = get_session({"spark.master": "local[1]", "spark.ui.enabled": "false"})
try:
    spark.sql("SELECT raise_error('three rows') FROM range(1)").collect()
except Exception as error:
    print("raised", "three rows" in str(error))
"""


def test_an_error_of_a_task_prints_no_stack_trace() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAKESMITH_", "SPARK_"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=kept | {"PYTHONPATH": str(LIB)}
    )
    assert done.stdout.strip() == "raised True"
    assert "\tat " not in done.stderr and "ERROR" not in done.stderr
