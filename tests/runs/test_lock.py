from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import RunLocked
from lakesmith.runs.lock import run_lock

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_run_of_the_same_process_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with run_lock(spark, str(tmp_path), 0), pytest.raises(RunLocked) as caught, run_lock(spark, str(tmp_path), 0):
        pass
    assert caught.value.code == "LS601"


def test_a_run_of_another_process_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with run_lock(spark, str(tmp_path), 0):
        pass
    command = [sys.executable, "-c", HOLD, str(tmp_path / ".lakesmith.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(RunLocked, match=r"LS601"), run_lock(spark, str(tmp_path), 0):
            pass
        other.communicate()
    with run_lock(spark, str(tmp_path), 0):
        pass


def test_a_second_run_waits_for_the_first(spark: SparkSession, tmp_path: Path) -> None:
    order: list[str] = []
    held = threading.Event()

    def first() -> None:
        with run_lock(spark, str(tmp_path), 0):
            held.set()
            time.sleep(0.5)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    held.wait(10)
    with run_lock(spark, str(tmp_path), 30):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_an_error_gives_the_lock_back(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"oops"), run_lock(spark, str(tmp_path), 0):
        raise ValueError("oops")
    with run_lock(spark, str(tmp_path), 0):
        pass


def test_other_warehouses_are_free(spark: SparkSession, tmp_path: Path) -> None:
    with run_lock(spark, str(tmp_path / "a"), 0), run_lock(spark, str(tmp_path / "b"), 0):
        pass


def test_a_remote_warehouse_has_no_lock(spark: SparkSession) -> None:
    with run_lock(spark, "s3a://bucket/lake", 0), run_lock(spark, "s3a://bucket/lake", 0):
        pass
