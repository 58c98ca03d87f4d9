"""Validate steps and the functions that they name, without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.errors import ConfigError, Problem
from lakesmith.quality.batch_checks import paid_checks
from lakesmith.spec.model.table import STAGED
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
        LS163 for each function of a step that reads the clock or a random number, LS157 for each
        verdict of a staged table that is known after its commit only.

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
        for problem in _problems(loaded, name, loaded.project.table(name))
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(
        loaded.problem(finding.code, finding.key, finding.what, finding.hint)
        for finding in find_warnings(loaded.project)
    )


def _problems(loaded: Loaded, name: str, table: Table) -> Iterator[Problem]:
    yield from _nondeterministic(loaded, name, table)
    if table.audit == STAGED:
        yield from _unstaged(loaded, name, table)


def _unstaged(loaded: Loaded, name: str, table: Table) -> Iterator[Problem]:
    """Yield a problem for each verdict that needs the table as it is after the commit."""
    hint = "write audit: commit, or check it in a table that reads this one"
    strategy = table.write.declared
    if strategy.judges_commit:
        what = (
            f"'{strategy.name}' judges what its commit did: it cannot be judged before"
        )
        yield loaded.problem("LS157", f"tables.{name}.audit", what, hint)
    if strategy.recomputes == "table":
        return
    for index, check in paid_checks(table):
        what = f"check '{check}' reads the written table: it cannot be judged before"
        yield loaded.problem("LS157", f"tables.{name}.checks.{index}", what, hint)


def _nondeterministic(loaded: Loaded, name: str, table: Table) -> Iterator[Problem]:
    hint = "take the time from a column, or declare `nondeterministic: true`"
    for index, step in enumerate(() if table.nondeterministic else table.steps):
        for call in nondeterministic_calls(step):
            key = f"tables.{name}.steps.{index}"
            what = f"the step calls {call}: a second run would give other rows"
            yield loaded.problem("LS163", key, what, hint)
