"""The outcome of one check on one batch."""

from __future__ import annotations

from dataclasses import dataclass

from lakesmith.spec.model import Check


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check on one batch.

    `status` is ``pass``, ``warn``, ``quarantine``, ``drop``, ``fail`` or ``error`` (the check could not be made).
    """

    check: str
    column: str
    on_fail: str
    status: str
    failed: int
    message: str = ""


def figure_verdict(check: Check, message: str, failed: int = 1) -> Verdict:
    """Return the verdict on a figure of the whole batch; it passed when there is no message.

    Parameters
    ----------
    check : Check
        A figure has no rows to set aside: the verdict is ``warn`` when `on_fail` says so, else ``fail``.
    message : str
        What is wrong; empty when nothing is.
    failed : int
        How much is wrong.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> figure_verdict(Check(id="some", check="row_count", min=1), "0 rows").status
    'fail'
    """
    names = ", ".join(check.columns or (check.column or "",))
    if not message:
        return Verdict(check.id, names, check.on_fail, "pass", 0)
    status = "warn" if check.on_fail == "warn" else "fail"
    return Verdict(check.id, names, check.on_fail, status, failed, message)


def error_verdict(check: Check, reason: str) -> Verdict:
    """Return the verdict on a check that could not be made, with the reason."""
    return Verdict(check.id, ", ".join(check.columns or (check.column or "",)), check.on_fail, "error", 0, reason)
