"""The outcome of one check on one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lakesmith.spec.model import Check


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check on one batch.

    `status` is ``pass``, ``warn``, ``quarantine``, ``drop``, ``fail`` or ``error`` (the check could
    not be made).
    """

    check: str
    column: str
    on_fail: str
    status: str
    failed: int
    message: str = ""

    @property
    def refuses(self) -> bool:
        """True when it refuses publication: it failed, or it could not be made and `on_fail` is more than a warning."""
        return refuses({"status": self.status, "on_fail": self.on_fail})

    @property
    def is_unmade(self) -> bool:
        """True when the check could not be made."""
        return self.status == "error"


def refuses(verdict: Mapping[str, Any]) -> bool:
    """Tell of a verdict as a row, with `status` and `on_fail`, whether it refuses publication.

    Examples
    --------
    >>> (refuses({"status": "error", "on_fail": "quarantine"}),
    ...  refuses({"status": "error", "on_fail": "warn"}))
    (True, False)
    """
    is_unmade = verdict["status"] == "error" and verdict["on_fail"] != "warn"
    return bool(is_unmade or verdict["status"] == "fail")


def describe(check: str, status: str, failed: int, message: str) -> str:
    """Return one verdict as text, for messages.

    Examples
    --------
    >>> describe("sane", "error", 0, "no column 'x'"), describe("small", "fail", 2, "2 of 3 rows")
    ("sane could not be made: no column 'x'", 'small (2 failed: 2 of 3 rows)')
    """
    if status == "error":
        return f"{check} could not be made: {message}"
    return f"{check} ({failed} failed{f': {message}' if message else ''})"


def describe_problems(verdicts: Iterable[Mapping[str, Any]]) -> str:
    """Return the checks that refuse publication or could not be made, of verdicts as rows; empty
    when there are none.

    Examples
    --------
    >>> describe_problems([{"check": "sane", "status": "error", "on_fail": "warn", "failed": 0,
    ...     "message": "no column"}])
    'check sane could not be made: no column'
    """
    named = [one for one in verdicts if one["status"] == "error" or refuses(one)]
    texts = dict.fromkeys(
        describe(one["check"], one["status"], one["failed"], one["message"])
        for one in named
    )
    return f"check {'; check '.join(texts)}" if texts else ""


def metric_result(check: Check, message: str, failed: int = 1) -> CheckResult:
    """Return the verdict on a figure of the whole batch; it passed when there is no message.

    Parameters
    ----------
    check : Check
        A figure has no rows to set aside: the verdict is ``warn`` when `on_fail` says so, else
        ``fail``.
    message : str
        What is wrong; empty when nothing is.
    failed : int
        How much is wrong.

    Returns
    -------
    CheckResult

    Examples
    --------
    >>> metric_result(Check(id="some", check="row_count", min=1), "0 rows").status
    'fail'
    """
    names = ", ".join(check.columns or (check.column or "",))
    if not message:
        return CheckResult(check.id, names, check.on_fail, "pass", 0)
    status = "warn" if check.on_fail == "warn" else "fail"
    return CheckResult(check.id, names, check.on_fail, status, failed, message)


def error_result(check: Check, reason: str) -> CheckResult:
    """Return the verdict on a check that could not be made, with the reason."""
    return CheckResult(
        check.id,
        ", ".join(check.columns or (check.column or "",)),
        check.on_fail,
        "error",
        0,
        reason,
    )
