"""A standalone cluster on loopback, started through ``spark-class``: one master, workers of one core each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pyspark

MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
EXECUTOR = "org.apache.spark.executor.CoarseGrainedExecutorBackend"
PATIENCE_SECONDS = 120


def bare_environment(directory: Path) -> dict[str, str]:
    """Make a Python without any package in a directory; return an environment that has it, Java and Spark only."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(directory)], check=True)
    java = (
        Path(os.environ["JAVA_HOME"], "bin") if "JAVA_HOME" in os.environ else Path(shutil.which("java") or "").parent
    )
    kept = {name: os.environ[name] for name in ("HOME", "JAVA_HOME", "TMPDIR") if name in os.environ}
    path = f"{directory}/bin:{java}:/usr/bin:/bin"
    return {**kept, "PATH": path, "SPARK_HOME": str(Path(pyspark.__file__).parent), "SPARK_LOCAL_IP": "127.0.0.1"}


class Standalone:
    """The processes of the cluster; use it as a context manager.

    Parameters
    ----------
    directory : Path
        Gets logs and the work of the executors.
    env : dict
        The whole environment of the processes.
    workers : int
    """

    def __init__(self, directory: Path, env: dict[str, str], workers: int = 2) -> None:
        self.directory, self.env, self.workers = directory, env, workers
        self.url = ""
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Standalone:
        self.directory.mkdir()
        log = self._start("master", MASTER, "--port", "0")
        self.url = str(self._wait_for(log, r"Starting Spark master at (spark://\S+)")[1])
        for number in range(self.workers):
            place = self.directory / f"work{number}"
            self._start(f"worker{number}", WORKER, "-c", "1", "-m", "1g", "-d", str(place), self.url)
        self._wait_for(log, "(?s)" + ".*Registering worker" * self.workers)
        return self

    def __exit__(self, *_: object) -> None:
        family = self._family()
        for process in self._processes:
            process.kill()
            process.wait()
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()

    def kill_an_executor(self) -> int | None:
        """Kill the JVM of one executor; return its process id, None when there is none."""
        for one in self._family():
            with suppress(psutil.NoSuchProcess):
                if EXECUTOR in one.cmdline():
                    one.kill()
                    return one.pid
        return None

    def logs(self) -> str:
        """Return what master and workers said."""
        return "\n".join(log.read_text() for log in sorted(self.directory.glob("*.log")))

    def _family(self) -> list[psutil.Process]:
        return [one for process in self._processes for one in psutil.Process(process.pid).children(recursive=True)]

    def _start(self, name: str, main: str, *arguments: str) -> Path:
        log = self.directory / f"{name}.log"
        command = [f"{self.env['SPARK_HOME']}/bin/spark-class", main, "--host", "127.0.0.1", "--webui-port", "0"]
        with log.open("wb") as out:
            self._processes.append(subprocess.Popen([*command, *arguments], env=self.env, stdout=out, stderr=out))
        return log

    def _wait_for(self, log: Path, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = re.search(pattern, log.read_text())
            if found:
                return found
            time.sleep(0.2)
        raise TimeoutError(f"{pattern} did not appear:\n{self.logs()}")
