"""Record where each value of the specs comes from."""

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
    """Hold file and line of a value, where ``--set`` is the file of the command line.

    Examples
    --------
    >>> print(Origin("conf/base.yml", 3), Origin("--set"))
    conf/base.yml:3 --set
    """

    file: str
    line: int = 0

    def __str__(self) -> str:
        """Return ``file:line``, or the file alone."""
        if self.line:
            return f"{self.file}:{self.line}"
        return self.file


@dataclass(frozen=True)
class Finding:
    """Describe a mistake at a key path whose file and line are not known yet."""

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
    >>> provenance = {"tables.silver": Origin("a.yml", 1)}
    >>> print(nearest_origin(provenance, "tables.silver.orders.from"))
    a.yml:1
    """
    while key and key not in provenance:
        key = key.rpartition(".")[0]
    return provenance.get(key)


def locate(finding: Finding, provenance: Mapping[str, Origin]) -> Problem:
    """Turn a finding into a problem with file and line.

    Examples
    --------
    >>> finding = Finding("LS131", "write.keys", "unknown column")
    >>> locate(finding, {"write": Origin("orders.yml", 7)}).where
    'orders.yml:7 write.keys'
    """
    origin = nearest_origin(provenance, finding.key) or Origin("")
    return Problem(
        code=finding.code,
        what=finding.what,
        file=origin.file,
        line=origin.line,
        key=finding.key,
        hint=finding.hint,
    )


def suggest(name: str, known: Iterable[str], noun: str = "known") -> str:
    """Return a hint with the known name that is closest to `name`, or with all known names.

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
