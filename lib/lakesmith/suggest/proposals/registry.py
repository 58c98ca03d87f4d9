"""Register what is proposed for the columns of a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakesmith.suggest.suggestion import Suggestion
    from lakesmith.suggest.typed import TypedColumn

Propose = Callable[[Sequence["TypedColumn"]], Iterator["Suggestion"]]

_proposals: dict[str, Propose] = {}


def proposal(propose: Propose) -> Propose:
    """Register a function that proposes checks for the columns of a sample.

    None may be contradicted by a row of the sample.
    """
    _proposals[propose.__name__] = propose
    return propose


def proposals(columns: Sequence[TypedColumn]) -> list[Suggestion]:
    """Return all that is proposed for columns, in the order of registration by name."""
    return [
        suggestion
        for _, propose in sorted(_proposals.items())
        for suggestion in propose(columns)
    ]
