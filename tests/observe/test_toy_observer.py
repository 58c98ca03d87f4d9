"""An observer of an installed package sees the events of a run; one that fails does not stop it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from lakesmith.observe.events import RunEvent, RunFinished, RunStarted, TablesPublished
from lakesmith.observe.observers import Observers, installed_observers

PACKAGE = """
class Counter:
    seen = []

    def __call__(self, event):
        self.seen.append(event.kind)


class Broken:
    def __init__(self):
        raise OSError("no network")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with two observers, of which one cannot be created."""
    (tmp_path / "counting.py").write_text(PACKAGE)
    info = tmp_path / "counting-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 1\n")
    points = "broken = counting:Broken\ncounter = counting:Counter\n"
    (info / "entry_points.txt").write_text(f"[lakesmith.observers]\n{points}")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("install")
def test_an_installed_observer_is_found_and_a_broken_one_named(caplog: pytest.LogCaptureFixture) -> None:
    observers = Observers(installed_observers())
    for event in (RunStarted("r1"), TablesPublished("r1", 1, {"gold.a": 3}), RunFinished("r1", "done")):
        observers(event)
    assert importlib.import_module("counting").Counter.seen == ["run_started", "published", "run_finished"]
    assert "LS702 the observer counting:Broken cannot be created: OSError: no network" in caplog.text


def test_an_observer_that_fails_is_named_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: RunEvent) -> None:
        raise ValueError("no network")

    seen: list[RunEvent] = []
    Observers([broken, seen.append])(RunStarted("r1"))
    assert seen == [RunStarted("r1")]
    assert "broken failed on run_started: ValueError: no network" in caplog.text
