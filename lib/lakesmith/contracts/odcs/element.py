"""Read the keys of a document one by one, and note those that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from lakesmith.errors import ConfigError, Problem

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.notes import Notes

OURS = "lakesmith."
# Values by which a key says nothing.
_EMPTY = (None, False, "", -1)


@dataclass
class Element:
    """Hold a map of a document, with its place and the keys that were read.

    Examples
    --------
    >>> from lakesmith.contracts.odcs.notes import Notes
    >>> notes = Notes()
    >>> element = Element({"name": "id", "tags": ["a"]}, "column id", notes)
    >>> element.text("name"), element.text("description")
    ('id', '')
    >>> element.finish()
    >>> notes.lines()
    ["no counterpart for 'tags': column id"]
    """

    data: Mapping[str, Any]
    place: str
    notes: Notes
    read: set[str] = field(default_factory=set)

    def take(self, key: str) -> Any:
        """Return the value of a key, None where it is left out. A date is its text."""
        self.read.add(key)
        return plain(self.data.get(key))

    def text(self, key: str) -> str:
        """Return a text, empty where it is left out. A number is its digits."""
        value = self.take(key)
        if isinstance(value, (dict, list)):
            raise self.wrong(key, "text")
        return "" if value is None else str(value)

    def flag(self, key: str) -> bool:
        """Return whether a key is true."""
        value = self.take(key)
        if value not in (None, True, False):
            raise self.wrong(key, "true or false")
        return value is True

    def values(self, key: str) -> list[Any]:
        """Return a list, empty where it is left out."""
        value = self.take(key)
        if value is not None and not isinstance(value, list):
            raise self.wrong(key, "a list")
        return value or []

    def entries(self, key: str) -> list[Element]:
        """Return the maps of a list, each as an element."""
        value = self.take(key) or []
        if not isinstance(value, list) or not all(
            isinstance(one, dict) for one in value
        ):
            raise self.wrong(key, "a list of maps")
        return [self.within(one, key) for one in value]

    def element(self, key: str) -> Element:
        """Return a map as an element, empty where it is left out."""
        value = self.take(key) or {}
        if not isinstance(value, dict):
            raise self.wrong(key, "a map")
        return self.within(value, key)

    def within(self, data: Mapping[str, Any], key: str) -> Element:
        """Return an element that is within this one."""
        place = f"{self.place} {key}"
        return Element(data, place.strip(), self.notes)

    def ours(self) -> dict[str, Any]:
        """Return the custom properties that Lakesmith writes, by their names without its own."""
        found: dict[str, Any] = {}
        for entry in self.entries("customProperties"):
            name = entry.text("property")
            if name.startswith(OURS):
                found[name.removeprefix(OURS)] = entry.take("value")
            else:
                what = f"no counterpart for custom property '{name}'"
                self.notes.add(what, self.place)
        return found

    def finish(self) -> None:
        """Note each key that says something and that nothing has read."""
        for key, value in self.data.items():
            says_nothing = value in _EMPTY or value in ([], {})
            if key not in self.read and not says_nothing:
                self.notes.add(f"no counterpart for '{key}'", self.place)

    def wrong(self, key: str, wanted: str) -> ConfigError:
        """Return the error that a value is of another kind."""
        place = f"{self.place} {key}".strip()
        return refused(f"'{key}' is not {wanted}", place)


def refused(what: str, place: str = "", hint: str = "") -> ConfigError:
    """Return the error that a document cannot be imported (LS179)."""
    problem = Problem(
        "LS179",
        what,
        key=place,
        hint=hint or _HINT,
    )
    return ConfigError([problem])


_HINT = "correct the document; the standard is at https://bitol-io.github.io"


def plain(value: Any) -> Any:
    """Return a value of YAML with dates as text, since a spec quotes them.

    Examples
    --------
    >>> plain([date(2024, 1, 31), {"n": 1}])
    ['2024-01-31', {'n': 1}]
    """
    if isinstance(value, date):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def custom(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield custom properties of Lakesmith for the values that are given.

    Examples
    --------
    >>> list(custom({"unit": "EUR", "default": None}))
    [{'property': 'lakesmith.unit', 'value': 'EUR'}]
    """
    for name, value in values.items():
        if value is not None:
            yield {"property": f"{OURS}{name}", "value": value}
