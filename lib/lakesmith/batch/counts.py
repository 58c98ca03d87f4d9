"""Account for the rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field

# What a commit that keeps versions counts for each kind of change.
VERSIONS = {
    "insert": "versionsInserted",
    "update": "versionsUpdated",
    "delete": "versionsDeleted",
}


@dataclass(frozen=True)
class Counts:
    """Account for the rows of a batch, which are dropped, quarantined or accepted.

    For upserts ``accepted = inserted + updated + deleted + unchanged``. `judged` are the rows that
    came to the checks of rows, `failing` those of them that fail any. They are what objectives
    count, and no part of the accounting.
    """

    read: int = 0
    dropped: int = 0
    quarantined: int = 0
    accepted: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    judged: int = field(default=0, compare=False)
    failing: int = field(default=0, compare=False)

    @property
    def changed(self) -> int:
        """Rows of the table that the batch changed."""
        return self.inserted + self.updated + self.deleted
