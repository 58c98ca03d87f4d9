"""Define what a tool's module makes of one check of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from lakesmith.spec.model.checks import RowCheck, check_model

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

# Which rows a check of uniqueness leaves out, by the columns that have no value.
Nulls = Literal["equal", "any", "all"]


# Why the entries of a file that stand in no list are none.
NO_LIST = "it is no list"


class NoCounterpartError(Exception):
    """Report why a check of another tool cannot be a check of Lakesmith."""


@dataclass(frozen=True)
class Draft:
    """A check without its id, with what is different from the check it was made of.

    `nulls` says which rows `unique` has to leave out. A name becomes the id.
    """

    check: dict[str, Any]
    differs: tuple[str, ...] = ()
    nulls: Nulls = "equal"
    name: str = ""

    def noting(self, *differences: str) -> Draft:
        """Return the draft with further differences, each of them once.

        Examples
        --------
        >>> Draft({"check": "mean"}).noting("", "10 passes", "10 passes").differs
        ('10 passes',)
        """
        texts = (*self.differs, *differences)
        given = [text for text in texts if text]
        return replace(self, differs=tuple(dict.fromkeys(given)))

    def having(self, **fields: Any) -> Draft:
        """Return the draft with further fields of the check. None leaves one out.

        Examples
        --------
        >>> Draft({"check": "mean"}).having(min=1, max=None).check
        {'check': 'mean', 'min': 1}
        """
        return replace(self, check=without_none({**self.check, **fields}))

    @property
    def judges_rows(self) -> bool:
        """Return whether the check judges each row."""
        model = check_model(str(self.check["check"]))
        return model is not None and issubclass(model, RowCheck)


@dataclass(frozen=True)
class Lost:
    """A part of a check that has no counterpart, while other parts have."""

    reason: str


Made = Draft | Lost


@dataclass(frozen=True)
class Entry:
    """One check of a file of another tool, with what makes drafts of it."""

    table: str
    node: Node
    key: str
    what: str
    make: Callable[[], Iterable[Made]] = field(repr=False)


def draft(check: str, **fields: Any) -> Draft:
    """Return a draft of a check with the fields that have a value.

    Examples
    --------
    >>> draft("between", column="n", min=0, max=None).check
    {'check': 'between', 'column': 'n', 'min': 0}
    """
    return Draft(without_none({"check": check, **fields}))


def without_none(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {key: value for key, value in fields.items() if value is not None}


def refusing(reason: str) -> Callable[[], Iterable[Made]]:
    """Return what refuses an entry of which no check can be made.

    Examples
    --------
    >>> refusing("it is no map")()
    Traceback (most recent call last):
    ...
    lakesmith.check_imports.drafts.NoCounterpartError: it is no map
    """

    def refuse() -> Iterable[Made]:
        raise NoCounterpartError(reason)

    return refuse
