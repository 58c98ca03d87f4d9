"""Register what translates the checks of a contract of Soda's version 4, by their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments
    from lakesmith.check_imports.drafts import Draft

# The kind of all checks that no other translation is registered for.
ANY_OTHER = ""


@dataclass(frozen=True)
class ContractCheck:
    """A check of a contract, with the dataset and the column that it is written at.

    `column` is empty for a check of the dataset. `columns` are all that the contract has.
    """

    kind: str
    arguments: Arguments
    column: Mapping[str, Any]
    table: str
    columns: Sequence[dict[str, Any]]


Translate = Callable[[ContractCheck], "Iterable[Draft]"]
_kinds: dict[str, Translate] = {}


def translates(kind: str) -> Callable[[Translate], Translate]:
    """Register a function that makes drafts of the checks of a kind."""

    def register(translate: Translate) -> Translate:
        _kinds[kind] = translate
        return translate

    return register


def contract_drafts(check: ContractCheck) -> list[Draft]:
    """Return what becomes of a check.

    Raises
    ------
    NoCounterpartError
        When nothing does.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> from lakesmith.check_imports.soda import contract_kinds
    >>> threshold = {"unit": "day", "must_be_less_than_or_equal": 2}
    >>> given = Arguments({"threshold": threshold, "column": "at"})
    >>> made = contract_drafts(ContractCheck("freshness", given, {}, "orders", []))
    >>> [one.check for one in made]
    [{'check': 'freshness', 'column': 'at', 'max_age': '2d'}]
    """
    translate = _kinds.get(check.kind, _kinds[ANY_OTHER])
    return list(translate(check))
