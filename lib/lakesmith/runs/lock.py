"""The run lock: one run a warehouse on a local disk, held while the process with the JVM lives."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.errors import RunLocked
from lakesmith.paths import local_path

POLL_SECONDS = 0.2


@contextmanager
def run_lock(spark: SparkSession, warehouse: str, wait_seconds: float) -> Iterator[None]:
    """Hold the warehouse's run lock.

    Parameters
    ----------
    spark : SparkSession
        Its JVM takes the lock, so that it is held as long as anything can still write.
    warehouse : str
        On another file system than the local one there is no lock: Delta's commits are atomic there.
    wait_seconds : float
        How long to wait for another run.

    Raises
    ------
    RunLocked
        LS601 when another run still holds the lock.
    """
    root = local_path(warehouse)
    if root is None:
        yield
        return
    root.mkdir(parents=True, exist_ok=True)
    file = (root / ".lakesmith.lock").resolve()
    channel = spark._jvm.java.io.RandomAccessFile(str(file), "rw").getChannel()  # type: ignore[union-attr]
    try:
        _acquire(spark, channel, file, wait_seconds)
        yield
    finally:
        channel.close()


def _acquire(spark: SparkSession, channel: Any, file: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not _try_lock(channel):
        if time.monotonic() >= deadline:
            raise RunLocked(
                f"another run holds the warehouse (waited {wait_seconds:g} s)",
                where=file.parent.name,
                hint="wait for it to end, or raise `lock_wait_seconds`; the lock goes away with its process",
            )
        time.sleep(POLL_SECONDS)


def _try_lock(channel: Any) -> bool:
    """Try once; a lock held elsewhere in the same JVM raises instead of returning null."""
    try:
        return channel.tryLock() is not None
    except Exception as error:
        if "OverlappingFileLockException" in str(error):
            return False
        raise
