"""Register how a check is written as a quality rule, and how a rule of a metric is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.element import Element
    from lakesmith.spec.model.checks import Check

Fields = dict[str, Any]


class NoCounterpartError(Exception):
    """Report that a quality rule is no check of Lakesmith."""


@dataclass(frozen=True)
class Rule:
    """Hold a quality rule of a document, with the column that it is about.

    Parameters
    ----------
    element : Element
    column : str
        Empty for a rule of the whole table.
    """

    element: Element
    column: str = ""


@dataclass(frozen=True)
class Counterpart:
    """Say a check by a rule that every reader of the standard knows.

    Parameters
    ----------
    write : callable
        Takes the check, returns the rule.
    read : callable
        Takes the rule, returns the fields of the check that the rule says.
    """

    write: Callable[[Any], Fields]
    read: Callable[[Rule], Fields]


COUNTERPARTS: dict[str, Counterpart] = {}
# What a rule of a metric means that Lakesmith has not written.
METRICS: dict[str, Callable[[Rule], list[Fields]]] = {}


def counterpart_of(check: Check) -> Counterpart | None:
    """Return how a check is said, or None where the standard has no such rule.

    A check of some rows only has none, since a rule is about all rows.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> counterpart_of(NotNull(id="a", column="a", where="b > 0")) is None
    True
    """
    if getattr(check, "where", None) is not None:
        return None
    return COUNTERPARTS.get(check.check)
