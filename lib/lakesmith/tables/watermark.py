"""Keep the watermark of a table with the commits of its batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits, standing
from lakesmith.tables.pruning.ordinals import EPOCH
from lakesmith.tables.pruning.sql_literals import literal

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class Watermark:
    """Hold the greatest event time of a table as text that no time zone changes.

    Parameters
    ----------
    kind : str
        Spark's type of the event time.
    text : str
    ahead : tuple of str, optional
        Later event times that only quarantined rows have so far, None where that is not known.
    """

    kind: str
    text: str
    ahead: tuple[str, ...] | None = None

    def column(self) -> Column:
        """Return the event time as a literal of its type."""
        if self.kind == "timestamp":
            return F.timestamp_micros(F.lit(int(self.text)))
        return F.lit(self.text).cast(self.kind)

    def sql(self) -> str | None:
        """Return the event time as a SQL literal, or None where there is none.

        Examples
        --------
        >>> Watermark("date", "2026-01-02").sql(), Watermark("bigint", "5").sql()
        ("DATE'2026-01-02'", '5L')
        >>> Watermark("timestamp", "1000000").sql()
        "TIMESTAMP'1970-01-01 00:00:01+00:00'"
        >>> Watermark("timestamp", str(10**18)).sql()
        """
        if self.kind == "timestamp":
            return _moment(int(self.text))
        texts = {
            "date": f"DATE'{self.text}'",
            "string": literal(self.text),
            "int": self.text,
            "bigint": f"{self.text}L",
        }
        return texts.get(self.kind)

    def to_metadata(self) -> dict[str, Any]:
        """Return the watermark as commit metadata.

        Examples
        --------
        >>> Watermark("int", "5").to_metadata()
        {'kind': 'int', 'text': '5'}
        """
        metadata: dict[str, Any] = {"kind": self.kind, "text": self.text}
        if self.ahead is None:
            return metadata
        return {**metadata, "ahead": self.ahead}


def _moment(micros: int) -> str | None:
    try:
        return literal(EPOCH + dt.timedelta(microseconds=micros))
    except OverflowError:  # beyond Python's calendar
        return None


def as_text(event_time: Column, kind: str) -> Column:
    """Return an event time as the text that a watermark keeps.

    Examples
    --------
    >>> at = F.lit("1970-01-01 00:00:01Z").cast("timestamp")
    >>> spark.range(1).select(as_text(at, "timestamp")).first()[0]
    '1000000'
    """
    value = F.unix_micros(event_time) if kind == "timestamp" else event_time
    return value.cast("string")


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
            if recorded["kind"] != kind:
                return None
            return Watermark(**recorded)
    return None


def _recorded(commits: Sequence[Commit]) -> dict[str, Any] | None:
    """Return the watermark of the newest commit that stands and has one.

    Examples
    --------
    >>> batch = [Commit(n, 0, "MERGE", {"watermark": {"text": str(n)}}, {}) for n in range(3)]
    >>> newest_first = [Commit(3, 0, "RESTORE", {}, {}, restored_to=1), *reversed(batch)]
    >>> _recorded(newest_first)
    {'text': '1'}

    A rebuild that accepted no row has none.

    >>> _recorded([Commit(4, 0, "WRITE", {"first": True}, {}), *newest_first])
    """
    for commit in standing(commits, keeps_batches=True):
        if "watermark" in commit.metadata:
            return dict(commit.metadata["watermark"])
        if commit.metadata.get("first"):
            return None
    return None
