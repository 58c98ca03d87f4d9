"""CPU seconds and memory of a command with all its descendants: Python, the JVM and Python workers. Linux only.

``python -m tests.benchmarks.cpu - COMMAND...`` runs a command and prints one JSON object.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Usage:
    """What a command cost: exit code, CPU seconds, peak resident memory of its JVM in MB, wall seconds."""

    exit_code: int
    cpu_seconds: float
    jvm_peak_mb: float
    wall_seconds: float


def measure(command: Sequence[str], env: dict[str, str] | None = None) -> Usage:
    """Run a command in a process of its own and return what it and all its descendants used.

    Parameters
    ----------
    command : sequence of str
    env : dict, optional
        Added to the environment.

    Returns
    -------
    Usage

    Raises
    ------
    RuntimeError
        With the end of the command's output, when it fails.
    """
    with tempfile.NamedTemporaryFile() as report, tempfile.TemporaryFile("w+") as output:
        watched = [sys.executable, str(Path(__file__).resolve()), report.name, *command]
        subprocess.run(watched, env={**os.environ, **(env or {})}, stdout=output, stderr=output, check=True)
        usage = Usage(**json.loads(Path(report.name).read_text(encoding="utf-8")))
        if usage.exit_code != 0:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {usage.exit_code}:\n{output.read()[-4000:]}")
    return usage


def watch(command: Sequence[str]) -> Usage:
    """Run a command, adopt every process that it leaves behind, wait for all of them and count them all."""
    # A JVM outlives the Python that started it; only a subreaper may wait for such an orphan and so get its CPU time.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started = _cpu_of_children(), time.monotonic()
    child = subprocess.Popen(command)
    peak = PeakMemory(os.getpid())
    with peak:
        exit_code = child.wait()
        _wait_for_orphans()
    return Usage(exit_code, _cpu_of_children() - before, peak.megabytes, time.monotonic() - started)


class PeakMemory:
    """Watches the JVMs below a process and keeps the highest resident memory that the kernel noted for one."""

    def __init__(self, root: int) -> None:
        self.root, self.megabytes = root, 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            status = _statuses()
            for process in _descendants(self.root, status):
                if status[process].get("Name") == "java":
                    self.megabytes = max(self.megabytes, int(status[process].get("VmHWM", "0 kB").split()[0]) / 1024)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _wait_for_orphans() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _statuses() -> dict[int, dict[str, str]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                lines = (folder / "status").read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:  # it ended meanwhile
                continue
            found[int(folder.name)] = {key: value.strip() for key, _, value in (x.partition(":") for x in lines)}
    return found


def _descendants(root: int, status: dict[int, dict[str, str]]) -> set[int]:
    family = {root}
    while True:
        children = {pid for pid, fields in status.items() if int(fields.get("PPid", "0")) in family} - family
        if not children:
            return family
        family |= children


def main() -> None:
    """Run ``cpu.py REPORT COMMAND...``: the usage goes to the file REPORT, ``-`` for standard output."""
    report, command = sys.argv[1], sys.argv[2:]
    usage = json.dumps(asdict(watch(command)))
    if report == "-":
        print(usage)
    else:
        Path(report).write_text(usage, encoding="utf-8")


if __name__ == "__main__":
    main()
