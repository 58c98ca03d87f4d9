"""Refuse options of a join that do not go together, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.timed_joins import problems_of


def require_options(step: str, options: Mapping[str, Any]) -> None:
    """Check the options of a join.

    Raises
    ------
    StepError
        LS355, naming all that is wrong.

    Examples
    --------
    >>> require_options("join_as_of", {"on": ["id"], "max_staleness": "0s", "allow_exact": True})
    >>> require_options("join_as_of", {"on": ["id"], "max_staleness": "0s"})
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS355 step 'join_as_of': max_staleness 0s without allow_exact \
matches no row
      next:  correct the options of the join
    """
    found = problems_of(step, options)
    if found:
        raise StepError(
            f"step '{step}': {'; '.join(found)}",
            code="LS355",
            hint="correct the options of the join",
        )
