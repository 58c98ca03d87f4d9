"""Candidates that take turns: each in a process of its own, so that what the machine does meanwhile hits all alike."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.idle import ENV

ONCE = "tests.benchmarks.upserts.once"


def take_turns(scratch: Path, ground: Path, names: Sequence[str], rounds: int, warm_ups: int) -> None:
    """Let the candidates upsert one after the other, round by round, each round in the order opposite to the last."""
    with ExitStack() as stack:
        players = [stack.enter_context(_player(name, ground, scratch / name, rounds, warm_ups)) for name in names]
        for number in range(warm_ups + rounds):
            for player in players if number % 2 == 0 else reversed(players):
                _turn(player)


@contextmanager
def _player(name: str, ground: Path, out: Path, rounds: int, warm_ups: int) -> Iterator[subprocess.Popen[str]]:
    out.mkdir(parents=True)
    command = [sys.executable, "-m", ONCE, name, str(ground), str(out), str(rounds), str(warm_ups), "in_turn"]
    with (out / "log").open("w", encoding="utf-8") as log:
        player = subprocess.Popen(
            command, env=os.environ | ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield player
        finally:
            player.communicate()
    if player.returncode:
        raise RuntimeError(f"{name} ended with {player.returncode}:\n{(out / 'log').read_text()[-4000:]}")


def _turn(player: subprocess.Popen[str]) -> None:
    if player.stdin is None or player.stdout is None or player.poll() is not None:
        return  # its end tells why
    player.stdin.write("\n")
    player.stdin.flush()
    player.stdout.readline()
