"""A run in a process of its own, to be paused, killed, or started on a machine that lacks something."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.damage import SELECT
from tests.shop import Shop

PATIENCE = 300


class Process:
    """A run of its own process, with its JVM in one process group."""

    def __init__(self, shop: Shop, root: Path, settings: str = "", **environ: str) -> None:
        (shop.root / "conf" / "spark").mkdir(exist_ok=True)
        local = (root / "conf" / "spark" / "local.conf").read_text(encoding="utf-8")
        (shop.root / "conf" / "spark" / "local.conf").write_text(f"{local}\n{settings}", encoding="utf-8")
        warehouse = f"warehouse={shop.root / 'lake'}"
        command = [sys.executable, "-m", "lakesmith", "run", "--conf", str(shop.root / "conf"), "--set", warehouse]
        selected = [part for table in SELECT for part in ("--select", table)]
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK_", "SPARK_"))}
        environment = keep | {"PYTHONPATH": os.pathsep.join([str(root / "lib"), str(root)])} | environ
        self.output = shop.root / "output"
        with self.output.open("wb") as stream:
            self.popen = subprocess.Popen(
                [*command, *selected], env=environment, stdout=stream, stderr=stream, start_new_session=True
            )

    def signal(self, number: int) -> None:
        """Send a signal to Python and its JVM."""
        os.killpg(self.popen.pid, number)

    def end(self) -> tuple[int, str]:
        """Wait for the end; returns the exit status and all that was printed."""
        status = self.popen.wait(PATIENCE)
        return status, self.output.read_text(encoding="utf-8")

    def wait_for(self, file: Path) -> None:
        """Wait until a commit is there."""
        deadline = time.monotonic() + PATIENCE
        while not file.exists():
            assert self.popen.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, "the commit never came"
            time.sleep(0.005)

    def pause_after(self, file: Path) -> None:
        """Pause the run as soon as a commit is there."""
        self.wait_for(file)
        self.signal(signal.SIGSTOP)
