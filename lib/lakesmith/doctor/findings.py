"""Define the findings of the doctor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """Describe what the doctor found in one table.

    Parameters
    ----------
    severity : str
        ``error``: a run or a reader fails or reads wrong rows; ``warning``: look at it; ``info``:
        good to know.
    code : str
        Explained by ``lakesmith explain``.
    table, what, where : str
        Which table, what was found, in which file.
    next : str
        What ``--fix`` does, or what a person should do.
    moves : tuple of Path
        Files that ``--fix`` moves away.
    repair : callable, optional
        What else ``--fix`` does.
    """

    severity: Severity
    code: str
    table: str
    what: str
    where: str
    next: str
    moves: tuple[Path, ...] = field(default=(), repr=False, compare=False)
    repair: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    @property
    def fixable(self) -> bool:
        """True when ``--fix`` fixes it.

        Examples
        --------
        >>> Finding("info", "LS629", "gold.a", "unfinished", "/lake", "run again").fixable
        False
        """
        return bool(self.moves or self.repair)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON.

        Examples
        --------
        >>> Finding("info", "LS629", "gold.a", "unfinished", "/lake", "run again").to_dict()
        {'severity': 'info', 'code': 'LS629', 'table': 'gold.a', 'what': 'unfinished',
        'where': '/lake', 'next': 'run again', 'fixable': False}
        """
        names = ("severity", "code", "table", "what", "where", "next")
        shown = {name: getattr(self, name) for name in names}
        return {**shown, "fixable": self.fixable}


@dataclass(frozen=True)
class Report:
    """Hold the findings that are left, and those that ``--fix`` fixed.

    `set_aside` is the directory that took the files, empty when none was moved.
    """

    tables: int
    findings: tuple[Finding, ...]
    fixed: tuple[Finding, ...] = ()
    set_aside: str = ""

    @property
    def is_sound(self) -> bool:
        """Return True when there is no error.

        Examples
        --------
        >>> Report(3, ()).is_sound
        True
        """
        return not any(finding.severity == "error" for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON.

        Examples
        --------
        >>> Report(3, ()).to_dict()["counts"]
        {'error': 0, 'warning': 0, 'info': 0}
        """
        return {
            "sound": self.is_sound,
            "tables": self.tables,
            "counts": {severity: self.count(severity) for severity in SEVERITIES},
            "findings": [finding.to_dict() for finding in self.findings],
            "fixed": [finding.to_dict() for finding in self.fixed],
            "set_aside": self.set_aside,
        }

    def count(self, severity: Severity) -> int:
        """Return how many findings have a severity.

        Examples
        --------
        >>> Report(1, (Finding("info", "LS629", "gold.a", "open", "/lake", "run"),)).count("info")
        1
        """
        return sum(finding.severity == severity for finding in self.findings)


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings with the worst first, else in the order in which they were found.

    Examples
    --------
    >>> info = Finding("info", "LS629", "gold.a", "open", "/lake", "run")
    >>> error = Finding("error", "LS620", "gold.a", "torn", "/lake", "fix")
    >>> [finding.severity for finding in in_order([info, error])]
    ['error', 'info']
    """
    by_severity = sorted(findings, key=lambda one: SEVERITIES.index(one.severity))
    return tuple(by_severity)
