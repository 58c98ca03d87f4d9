"""Real kills: a run in a process of its own, and SIGKILL for its JVM, its Python or both at a named commit.

``strace`` holds every system call that touches the file of the commit for a moment, on its way in and on its way out,
so that the kill falls just before the commit becomes visible or just after, whatever the machine is busy with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
HOLD_SECONDS = 2
POLL_SECONDS = 0.01
PATIENCE = 3600.0
CALLS = "link,linkat,%%stat"
STRACE = ("strace", "--seccomp-bpf", "-f", "-qqq", "-e", "signal=none", "-e", f"trace={CALLS}")


def why_no_kills() -> str:
    """Say what keeps this machine from the kills; empty when nothing does."""
    if sys.platform != "linux" or shutil.which("strace") is None:
        return "strace is not installed (Debian: apt-get install strace)"
    tried = subprocess.run([*STRACE, "-o", os.devnull, sys.executable, "-c", ""], capture_output=True)
    return "" if tried.returncode == 0 else "strace may not trace here: ptrace is forbidden in this container"


@dataclass(frozen=True)
class Crash:
    """How a killed run ended.

    `hit` is False when the run ended by itself before its point came, or the kill of both came too early or too late;
    `exit` is that of the Python process if it outlived the kill.
    """

    hit: bool
    cpu_seconds: float
    exit: int | None
    output: str


@dataclass
class Victim:
    """A run in a process of its own; `pid` is that of its Python process or of the ``strace`` above it."""

    process: subprocess.Popen[bytes]
    cpu: dict[int, float] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Tell whether it ended."""
        return self.process.poll() is not None

    def parts(self, who: str) -> list[psutil.Process]:
        """Return the processes to kill: ``python``, ``jvm`` or ``both``, Python first."""
        top = psutil.Process(self.process.pid)
        python = top.children()[:1] if top.name() == "strace" else [top]
        jvm = [child for parent in python for child in parent.children() if child.name() == "java"]
        return {"python": python, "jvm": jvm, "both": python + jvm}[who]

    def kill(self, who: str) -> None:
        """Kill for good; what ended by itself in the meantime is not there any more."""
        with suppress(psutil.NoSuchProcess):
            self._kill(who)

    def _kill(self, who: str) -> None:
        for part in self.parts("both"):
            times = part.cpu_times()
            self.cpu[part.pid] = times.user + times.system
        for part in self.parts(who):
            part.kill()


@contextmanager
def _started(command: list[str], log: Path) -> Iterator[Victim]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "lib")},
            start_new_session=True,
        )
    victim = Victim(process)
    try:
        yield victim
    finally:
        if not victim.over:
            victim.kill("both")
        process.wait(PATIENCE)


def run_command(conf: Path, warehouse: Path) -> list[str]:
    """Return the command of a run."""
    return [sys.executable, "-m", "lakesmith", "run", "--conf", str(conf), "--set", f"warehouse={warehouse}"]


def kill_at_commit(command: list[str], commit: Path, when: str, who: str, log: Path) -> Crash:
    """Run a command and kill it ``before`` or ``after`` a commit file comes into being."""
    trace = log.with_suffix(".strace")
    held = f"inject={CALLS}:delay_enter={HOLD_SECONDS}000000:delay_exit={HOLD_SECONDS}000000"
    paths = ["-P", str(commit), "-P", f"{commit}#1"]
    with _started([*STRACE, "-e", held, *paths, "-o", str(trace), *command], log) as victim:

        def there() -> bool:
            if when == "after":
                return commit.exists()
            return not commit.exists() and trace.exists() and str(commit) in trace.read_text(errors="replace")

        crash = _strike(victim, there, who, log)
    return replace(crash, hit=crash.hit and (who != "both" or commit.exists() == (when == "after")))


def kill_at_instant(command: list[str], first: Path, seconds: float, who: str, log: Path) -> Crash:
    """Run a command and kill it some seconds after its first commit."""
    with _started(command, log) as victim:
        _wait(victim, first.exists)
        due = time.monotonic() + seconds
        return _strike(victim, lambda: time.monotonic() >= due, who, log)


def uninterrupted_seconds(command: list[str], first: Path, log: Path) -> float:
    """Run a command to its end; return the seconds from its first commit on."""
    with _started(command, log) as victim:
        _wait(victim, first.exists)
        started = time.monotonic()
        victim.process.wait(PATIENCE)
    assert victim.process.returncode == 0, log.read_text(errors="replace")
    return time.monotonic() - started


def _strike(victim: Victim, there: Callable[[], bool], who: str, log: Path) -> Crash:
    hit = _wait(victim, there)
    if hit:
        victim.kill(who)
        if who == "both":
            victim.process.wait(PATIENCE)
    code = None if who != "jvm" and hit else victim.process.wait(PATIENCE)
    return Crash(hit, sum(victim.cpu.values()), code, log.read_text(errors="replace")[-2000:])


def _wait(victim: Victim, there: Callable[[], bool]) -> bool:
    """Wait until something is there; False when the run ended first."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        if victim.over:
            return False
        assert time.monotonic() < deadline, "the run neither ended nor reached its point"
        time.sleep(POLL_SECONDS)
    return True
