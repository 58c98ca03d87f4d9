"""Account for the rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass

# What a commit that keeps versions counts for each kind of change.
VERSIONS = {
    "insert": "versionsInserted",
    "update": "versionsUpdated",
    "delete": "versionsDeleted",
}


@dataclass(frozen=True)
class Counts:
    """Account for the rows of a batch, which are dropped, quarantined or accepted.

    For upserts ``accepted = inserted + updated + deleted + unchanged``.
    """

    read: int = 0
    dropped: int = 0
    quarantined: int = 0
    accepted: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> int:
        """Rows of the table that the batch changed."""
        return self.inserted + self.updated + self.deleted
