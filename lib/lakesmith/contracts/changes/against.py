"""Refuse changes of contracts that break consumers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.contracts.changes.revision import old_specs
from lakesmith.contracts.changes.tables import breaking_changes
from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.load import load_project

if TYPE_CHECKING:
    from lakesmith.spec.load import Loaded
    from lakesmith.spec.model import Project


def require_compatible(new: Loaded, conf: Path, reference: str) -> None:
    """Require that no table breaks its consumers.

    Parameters
    ----------
    new : Loaded
        The project as it is.
    conf : Path
        Directory of its specs.
    reference : str
        A directory with the specs as they were, or a git revision of `conf`.

    Raises
    ------
    ConfigError
        LS177 for each change that breaks consumers; LS178 when the reference has no valid specs.
    """
    with old_specs(conf, reference) as directory:
        old = _old_project(directory, new.project.env, reference)
    problems = [*breaking_changes(old, new)]
    if problems:
        raise ConfigError(problems)


def _old_project(directory: Path, env: str, reference: str) -> Project:
    try:
        return load_project(directory, env).project
    except ConfigError as error:
        hint = "name a revision whose specs are valid"
        raise ConfigError(
            [
                Problem(
                    "LS178",
                    f"the specs of '{reference}' are not valid: {one.what}",
                    key=one.key,
                    hint=hint,
                )
                for one in error.problems
            ]
        ) from error
