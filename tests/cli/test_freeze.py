"""`quality` shows verdicts where no verb is named, and freezes where it is."""

from __future__ import annotations

import pytest

from tests.cli.verbs import invoke


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["quality", "--help"], "freeze"),
        (["quality", "silver.orders", "--help"], "Show the verdicts of the last run."),
        (["quality", "--explain", "--help"], "Show the verdicts of the last run."),
        (["quality", "freeze", "--help"], "--columns C"),
    ],
)
def test_the_verb_may_be_left_out(arguments: list[str], said: str) -> None:
    shown = invoke(*arguments)
    assert shown.exit_code == 0
    assert said in shown.stdout
