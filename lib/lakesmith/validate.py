"""Validate steps and the functions that they name, without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.rules.warnings import find_warnings
from lakesmith.transforms.steps.nondeterminism import nondeterministic_calls

if TYPE_CHECKING:
    from lakesmith.spec.load import Loaded
    from lakesmith.spec.model import Table


def validate(loaded: Loaded) -> tuple[Problem, ...]:
    """Check what the specs name outside themselves.

    Parameters
    ----------
    loaded : Loaded
        A project whose specs and steps are valid.

    Returns
    -------
    tuple of Problem
        Warnings, as `lakesmith.spec.rules.warnings` finds them.

    Raises
    ------
    ConfigError
        LS163 for each function of a step that reads the clock or a random number.

    Examples
    --------
    >>> from lakesmith.spec.load import Loaded
    >>> from lakesmith.spec.model import Project
    >>> validate(Loaded(Project(name="shop"), {}))
    ()
    """
    problems = [
        problem
        for name in loaded.project.table_names()
        for problem in _nondeterministic(loaded, name, loaded.project.table(name))
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(
        loaded.problem(finding.code, finding.key, finding.what, finding.hint)
        for finding in find_warnings(loaded.project)
    )


def _nondeterministic(loaded: Loaded, name: str, table: Table) -> Iterator[Problem]:
    hint = "take the time from a column, or declare `nondeterministic: true`"
    for index, step in enumerate(() if table.nondeterministic else table.steps):
        for call in nondeterministic_calls(step):
            key = f"tables.{name}.steps.{index}"
            what = f"the step calls {call}: a second run would give other rows"
            yield loaded.problem("LS163", key, what, hint)
