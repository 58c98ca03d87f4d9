"""What an entry point raises when it is loaded."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec import installed
from lakesmith.spec.installed import load_installed, refused_as

TAKEN = ConfigError([Problem("LS148", "two checks are named 'even'")])


class Raising(EntryPoint):
    """An entry point whose package raises when it is imported."""

    def load(self) -> object:
        raise TAKEN if self.name == "taken" else ValueError("no licence")


@pytest.mark.parametrize(
    ("name", "code", "what"),
    [
        ("taken", "LS148", "two checks are named 'even'"),
        ("other", "LS112", "the thing 'pkg' cannot be loaded: no licence"),
    ],
)
def test_an_error_of_ours_is_passed_on_and_any_other_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, code: str, what: str
) -> None:
    point = Raising(name, "pkg", "lakesmith.things")
    monkeypatch.setattr(installed, "entry_points", lambda group: EntryPoints([point]))
    with pytest.raises(ConfigError) as caught:
        list(load_installed("lakesmith.things", refused_as("LS112", "the thing")))
    (problem,) = caught.value.problems
    assert (problem.code, problem.what) == (code, what)
