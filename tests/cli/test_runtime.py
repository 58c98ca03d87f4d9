"""``doctor --runtime`` says what the session is and can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakesmith.session import capabilities as session_probe
from tests.cli.verbs import data, invoke


def test_a_fit_session_is_shown_as_data(small_project: Path) -> None:
    runtime = data("doctor", "--runtime")
    assert (runtime["kind"], runtime["delta"], runtime["problems"]) == ("classic", "4.4.0", [])


def test_a_problem_is_shown_and_fails(small_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(session_probe.TRIALS, "merge", lambda spark, path: False)
    result = invoke("doctor", "--runtime")
    assert result.exit_code == 1
    assert "Spark: 4.2.0\n" in result.stdout
    assert "\nLS814 merge: no\n" in result.stdout
