"""The outcome of one check on one batch."""

from __future__ import annotations

from dataclasses import dataclass


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
