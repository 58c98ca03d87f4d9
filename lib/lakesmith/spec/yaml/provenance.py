"""Where a value of the specs comes from, and findings that are put at that place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lakesmith.errors import Problem

KeyPath = tuple[str | int, ...]
SET = "--set"
DEFAULT = "default"


@dataclass(frozen=True)
class Origin:
    """File and line of a value; the file is ``--set`` for a value of the command line.

    Examples
    --------
    >>> print(Origin("conf/base.yml", 3), Origin("--set"))
    conf/base.yml:3 --set
    """

    file: str
    line: int = 0

    def __str__(self) -> str:
        """Return ``file:line``, or the file where there is no line."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Finding:
    """A mistake at a key path, before its file and line are known."""

    code: str
    key: str
    what: str
    hint: str = ""


def dotted(path: Iterable[str | int]) -> str:
    """Write a key path with dots.

    Examples
    --------
    >>> dotted(("tables", "silver", "orders", "keys", 0))
    'tables.silver.orders.keys.0'
    """
    return ".".join(str(part) for part in path)


def nearest_origin(provenance: Mapping[str, Origin], key: str) -> Origin | None:
    """Return the origin of a dotted key, else that of the closest key around it.

    Examples
    --------
    >>> print(nearest_origin({"tables.silver": Origin("a.yml", 1)}, "tables.silver.orders.from"))
    a.yml:1
    """
    while key and key not in provenance:
        key = key.rpartition(".")[0]
    return provenance.get(key)


def locate(finding: Finding, provenance: Mapping[str, Origin]) -> Problem:
    """Turn a finding into a problem with file and line."""
    origin = nearest_origin(provenance, finding.key) or Origin("")
    return Problem(
        finding.code, finding.what, origin.file, origin.line, finding.key, finding.hint
    )


def suggest(name: str, known: Iterable[str], noun: str = "known") -> str:
    """Return a hint that names what is closest to `name`, else all that is known.

    Examples
    --------
    >>> suggest("colums", ["columns", "checks"])
    "did you mean 'columns'?"
    >>> suggest("x", ["columns", "checks"], "known keys")
    'known keys: checks, columns'
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"{noun}: {', '.join(names) or 'none'}"
