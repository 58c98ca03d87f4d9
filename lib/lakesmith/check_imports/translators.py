"""Find the function that makes drafts of a check of another tool, by its name there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lakesmith.check_imports.drafts import Made, NoCounterpartError

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

Translate = Callable[["Arguments"], "Made | Iterable[Made]"]


class Translators:
    """The functions of a tool, by the names of its checks."""

    def __init__(self) -> None:
        self._known: dict[str, Translate] = {}
        self._reasons: dict[str, str] = {}

    def named(self, *names: str) -> Callable[[Translate], Translate]:
        """Register a function under names."""

        def register(translate: Translate) -> Translate:
            self._known |= dict.fromkeys(names, translate)
            return translate

        return register

    def refuse(self, reason: str, *names: str) -> None:
        """Say why checks have no counterpart."""
        self._reasons |= dict.fromkeys(names, reason)

    def __contains__(self, name: str) -> bool:
        """Return whether a function has the name."""
        return name in self._known

    def made(self, name: str, arguments: Arguments) -> list[Made]:
        """Return what becomes of a check.

        Raises
        ------
        NoCounterpartError
            When nothing does.

        Examples
        --------
        >>> from lakesmith.check_imports.arguments import Arguments
        >>> Translators().made("is_odd", Arguments({}))
        Traceback (most recent call last):
        ...
        lakesmith.check_imports.drafts.NoCounterpartError: no check of Lakesmith says the same
        """
        translate = self._known.get(name)
        if translate is None:
            reason = self._reasons.get(name, "no check of Lakesmith says the same")
            raise NoCounterpartError(reason)
        made = translate(arguments)
        if isinstance(made, Iterable):
            return list(made)
        return [made]
