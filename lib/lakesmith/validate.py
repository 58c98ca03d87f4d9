"""Validation beyond the specs: steps and the functions that they name; offline."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.load import Loaded
from lakesmith.spec.model import Table
from lakesmith.spec.rules.warnings import cautions
from lakesmith.transforms.steps.nondeterminism import nondeterministic_calls


def validate(loaded: Loaded) -> tuple[Problem, ...]:
    """Check what the specs name outside themselves.

    Parameters
    ----------
    loaded : Loaded
        A project whose specs and steps are sound.

    Returns
    -------
    tuple of Problem
        Warnings, as `lakesmith.spec.rules.warnings` finds them.

    Raises
    ------
    ConfigError
        With every problem found: LS163 for a function of a step that reads a clock or chance.
    """
    names = loaded.project.table_names()
    problems = [
        problem
        for name in names
        for problem in _clocks(loaded, name, loaded.project.table(name))
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(
        loaded.problem(one.code, one.key, one.what, one.hint)
        for one in cautions(loaded.project)
    )


def _clocks(loaded: Loaded, name: str, table: Table) -> Iterator[Problem]:
    for index, step in enumerate(() if table.nondeterministic else table.steps):
        for call in nondeterministic_calls(step):
            yield loaded.problem(
                "LS163",
                f"tables.{name}.steps.{index}",
                f"the step calls {call}: a second run would give other rows",
                "take the time from a column, or declare `nondeterministic: true`",
            )
