"""Keep the watermark of a table with the commits of its batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits, standing
from lakesmith.tables.pruning.key_bounds import EPOCH
from lakesmith.tables.pruning.sql_literals import literal
from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class Watermark:
    """An instant as text that no time zone changes, with its type.

    `ahead` are later instants that only quarantined rows have named so far, None where that is not
    known.
    """

    kind: str
    text: str
    ahead: tuple[str, ...] | None = None

    def column(self) -> Column:
        """Return the instant as a literal of its type."""
        if self.kind == "timestamp":
            return F.timestamp_micros(F.lit(int(self.text)))
        return F.lit(self.text).cast(self.kind)

    def sql(self) -> str | None:
        """Return the event time as a SQL literal, or None where there is none."""
        if self.kind == "timestamp":
            return _moment(int(self.text))
        number = {"int": self.text, "bigint": f"{self.text}L"}
        return {
            "date": f"DATE'{self.text}'",
            "string": literal(self.text),
            **number,
        }.get(self.kind)

    def to_metadata(self) -> dict[str, Any]:
        """Return the watermark as commit metadata."""
        return {
            "kind": self.kind,
            "text": self.text,
            **({} if self.ahead is None else {"ahead": self.ahead}),
        }


def _moment(micros: int) -> str | None:
    try:
        return literal(EPOCH + dt.timedelta(microseconds=micros))
    except OverflowError:  # beyond Python's calendar
        return None


def as_text(instant: Column, kind: str) -> Column:
    """Return an instant as the text that a watermark keeps."""
    return (F.unix_micros(instant) if kind == "timestamp" else instant).cast("string")


def find_watermark(
    session: SparkSession, table: TableRef, kind: str
) -> Watermark | None:
    """Return the watermark of a table's newest version, or None where its log lacks it.

    Notes
    -----
    No Spark job on a local path, else one. A RESTORE brings back the watermark of the version that
    it went back to.
    """
    for limit in (1, LOOK_BACK):
        recorded = _recorded(newest_commits(session, table, limit))
        if recorded is not None:
            return Watermark(**recorded) if recorded["kind"] == kind else None
    return None


def _recorded(commits: Sequence[Commit]) -> dict[str, Any] | None:
    """Find the newest commit that counts and says a watermark.

    Examples
    --------
    >>> batch = [Commit(n, 0, "MERGE", {"watermark": {"text": str(n)}}, {}) for n in range(3)]
    >>> _recorded([Commit(4, 0, "OPTIMIZE", {}, {}),
    ...     Commit(3, 0, "RESTORE", {}, {}, restored_to=1), *reversed(batch)])
    {'text': '1'}
    # a rebuild that accepted no row
    >>> _recorded([Commit(3, 0, "WRITE", {"first": True}, {}), *reversed(batch)])
    """
    for commit in standing(commits, keeps_batches=True):
        if "watermark" in commit.about:
            return dict(commit.about["watermark"])
        if commit.about.get("first"):
            return None
    return None
