"""Read the properties of a document as columns, keys and checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.element import Element
from lakesmith.contracts.odcs.logical_types import type_of
from lakesmith.contracts.odcs.options import option_checks
from lakesmith.contracts.odcs.physical_types import length_of
from lakesmith.contracts.odcs.quality.read_rules import checks_of, named

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import Check

_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_OWN = ("unit", "default", "source", "format", "renamed_from")


@dataclass
class Columns:
    """Hold what the properties of a document say of a table.

    Parameters
    ----------
    columns : dict
        Columns of the contract, as a spec writes them.
    keys, partitions : list of tuple
        Columns with their places.
    unique : list of str
        Columns of which the document says that they are unique.
    checks : list of Check
    """

    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[tuple[int, str]] = field(default_factory=list)
    partitions: list[tuple[int, str]] = field(default_factory=list)
    unique: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def add(self, element: Element, server: str) -> None:
        """Read one property."""
        name = element.text("name")
        element = Element(
            element.data,
            f"column {name}",
            element.notes,
            element.read,
        )
        if _COLUMN.fullmatch(name) is None:
            element.notes.add("no name of a column", element.place)
            return
        element.take("id")
        self._add_places(element, name)
        options = element.element("logicalTypeOptions")
        if _has_type(element):
            kind = type_of(element, options, server)
            self.columns[name] = _column(element, kind)
            self.checks += option_checks(options, name, kind)
            _note_length(element)
        else:
            element.notes.add(
                "no type, so it is no column of the contract", element.place
            )
        self.checks += checks_of(element, name)
        options.finish()
        element.finish()

    def _add_places(self, element: Element, name: str) -> None:
        places = (
            ("primaryKey", "primaryKeyPosition", self.keys),
            ("partitioned", "partitionKeyPosition", self.partitions),
        )
        for flag, position, found in places:
            given = element.take(position)
            is_place = isinstance(given, int) and given > 0
            place = given if is_place else len(found) + 1
            if element.flag(flag):
                found.append((place, name))
        if element.flag("unique"):
            self.unique.append(name)

    def unique_checks(self) -> list[Check]:
        """Return a check for each unique column that neither the key nor a rule covers."""
        keys = names_in_order(self.keys)
        covered = [getattr(check, "columns", ()) for check in self.checks]
        return [
            named({"check": "unique", "columns": [name]}, "", name)
            for name in self.unique
            if keys != [name] and (name,) not in covered
        ]


def names_in_order(places: list[tuple[int, str]]) -> list[str]:
    """Return names by their places.

    Examples
    --------
    >>> names_in_order([(2, "b"), (1, "a")])
    ['a', 'b']
    """
    in_order = sorted(places, key=lambda one: one[0])
    return [name for _, name in in_order]


def _has_type(element: Element) -> bool:
    return bool(element.text("logicalType") or element.text("physicalType"))


def _column(element: Element, kind: str) -> dict[str, Any]:
    own = element.ours()
    said = {
        "type": kind,
        "nullable": False if element.flag("required") else None,
        "description": element.text("description") or None,
        "sensitivity": element.text("classification") or None,
        **{name: own.get(name) for name in _OWN},
    }
    return {key: value for key, value in said.items() if value is not None}


def _note_length(element: Element) -> None:
    length = length_of(element.text("physicalType"))
    if length is not None:
        what = f"no counterpart for the length of text, {length}; add a check 'length'"
        element.notes.add(what, element.place)
