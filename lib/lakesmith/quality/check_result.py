"""The outcome of one check on one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.spec.model import Check


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check on one batch.

    `status` is ``pass``, ``warn``, ``quarantine``, ``drop`` or ``fail``. It is ``error``
    when the check could not be made.
    """

    check: str
    column: str
    on_fail: str
    status: str
    failed: int
    message: str = ""

    @property
    def refuses(self) -> bool:
        """True when publication is refused.

        The check failed, or it could not be made and `on_fail` is more than a warning.
        """
        return refuses({"status": self.status, "on_fail": self.on_fail})

    @property
    def is_unmade(self) -> bool:
        """True when the check could not be made."""
        return self.status == "error"


def refuses(result: Mapping[str, Any]) -> bool:
    """Return whether a result refuses publication, given as a row.

    Parameters
    ----------
    result : mapping
        With `status` and `on_fail`.

    Returns
    -------
    bool

    Examples
    --------
    >>> refuses({"status": "error", "on_fail": "quarantine"})
    True
    >>> refuses({"status": "error", "on_fail": "warn"})
    False
    """
    if result["status"] == "error":
        return bool(result["on_fail"] != "warn")
    return bool(result["status"] == "fail")


def describe(check: str, status: str, failed: int, message: str) -> str:
    """Return one result as text, for messages.

    Examples
    --------
    >>> describe("sane", "error", 0, "no column 'x'")
    "sane could not be made: no column 'x'"
    >>> describe("small", "fail", 2, "2 of 3 rows")
    'small (2 failed: 2 of 3 rows)'
    """
    if status == "error":
        return f"{check} could not be made: {message}"
    detail = f": {message}" if message else ""
    return f"{check} ({failed} failed{detail})"


def describe_problems(results: Iterable[Mapping[str, Any]]) -> str:
    """Return the checks that refuse publication or could not be made, as text.

    Parameters
    ----------
    results : iterable of mapping
        Results as rows.

    Returns
    -------
    str
        Each text once; empty when there are none.

    Examples
    --------
    >>> row = {"check": "sane", "status": "error", "on_fail": "warn", "failed": 0}
    >>> describe_problems([{**row, "message": "no column"}])
    'check sane could not be made: no column'
    """
    texts: list[str] = []
    for row in results:
        if row["status"] == "error" or refuses(row):
            text = describe(
                row["check"],
                row["status"],
                row["failed"],
                row["message"],
            )
            texts.append(f"check {text}")
    return "; ".join(dict.fromkeys(texts))


def batch_result(check: Check, message: str, failed: int = 1) -> CheckResult:
    """Return the result of a check of the whole batch. It passed without a message.

    Parameters
    ----------
    check : Check
        There are no rows to quarantine: a failure is ``warn`` when `on_fail` says so,
        else ``fail``.
    message : str
        What is wrong; empty when nothing is.
    failed : int
        How much is wrong.

    Returns
    -------
    CheckResult

    Examples
    --------
    >>> from lakesmith.spec.model.checks import RowCount
    >>> batch_result(RowCount(id="some", min=1), "0 rows").status
    'fail'
    """
    if not message:
        return _result(check, "pass", 0)
    status = "warn" if check.on_fail == "warn" else "fail"
    return _result(check, status, failed, message)


def error_result(check: Check, reason: str) -> CheckResult:
    """Return the result of a check that could not be made, with the reason.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import Unique
    >>> error_result(Unique(id="one", columns=("id", "day")), "it was not measured").column
    'id, day'
    """
    return _result(check, "error", 0, reason)


def _result(check: Check, status: str, failed: int, message: str = "") -> CheckResult:
    names = check.named_columns().values()
    return CheckResult(
        check=check.id,
        column=", ".join(names),
        on_fail=check.on_fail,
        status=status,
        failed=failed,
        message=message,
    )
