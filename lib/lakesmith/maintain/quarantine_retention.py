"""Delete quarantined rows that are older than the retention of their table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import QUARANTINED_AT, REPLAYED_BY
from lakesmith.duration import parse_age
from lakesmith.maintain.result import Proposal

if TYPE_CHECKING:
    from lakesmith.spec.model.quarantine import Quarantine
    from lakesmith.tables.ref import TableRef

MICROS = 1_000_000


@dataclass(frozen=True)
class QuarantineRetention:
    """Count and delete the rows of one quarantine that are older than its retention.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
        The quarantine.
    settings : Quarantine
    now : float
        Seconds since 1970.
    """

    session: SparkSession
    table: TableRef
    settings: Quarantine
    now: float

    def plan(self) -> list[Proposal]:
        """Propose to delete old rows, and say how many of them wait for a replay.

        Notes
        -----
        One job over two columns, for a quarantine with a `retention`.
        """
        if self.settings.retention is None:
            return []
        rows = self.table.load(self.session)
        is_replayed = _is_replayed(rows.columns)
        replayed = F.count_if(is_replayed).alias("replayed")
        waiting = F.count_if(~is_replayed).alias("waiting")
        old = rows.filter(self._is_old())
        (row,) = old.agg(replayed, waiting).collect()
        return [plan_retention(self.settings, row["replayed"], row["waiting"])]

    def delete(self) -> None:
        """Delete the rows in one commit."""
        where = self._is_old()
        if self.settings.keep_waiting:
            where += f" AND {REPLAYED_BY} IS NOT NULL"
        self.table.delete_rows(self.session, where)

    def _is_old(self) -> str:
        age = parse_age(self.settings.retention or "")
        oldest = self.now - age.total_seconds()
        before = round(oldest * MICROS)
        return f"{QUARANTINED_AT} < timestamp_micros({before})"


def plan_retention(settings: Quarantine, replayed: int, waiting: int) -> Proposal:
    """Propose to delete old rows by their counts.

    Examples
    --------
    >>> from lakesmith.spec.model.quarantine import Quarantine
    >>> kept = Quarantine(retention="90d")
    >>> plan_retention(kept, 3, 2).reason
    '3 replayed row(s) older than 90d; 2 older row(s) wait for a replay and are kept'
    >>> deleted = Quarantine(retention="90d", keep_waiting=False)
    >>> plan_retention(deleted, 3, 2).reason
    '3 replayed row(s) and 2 that wait for a replay, older than 90d'
    >>> plan_retention(kept, 0, 2).is_held
    True
    """
    age = settings.retention
    if settings.keep_waiting:
        reason = f"{replayed} replayed row(s) older than {age}"
        kept = f"; {waiting} older row(s) wait for a replay and are kept"
        is_held = bool(waiting) and not replayed
        text = reason + (kept if waiting else "")
        return Proposal("retention", replayed > 0, text, is_held)
    both = f"{replayed} replayed row(s) and {waiting} that wait for a replay"
    is_due = replayed + waiting > 0
    return Proposal("retention", is_due, f"{both}, older than {age}")


def _is_replayed(columns: list[str]) -> Column:
    if REPLAYED_BY not in columns:
        return F.lit(False)
    return named(REPLAYED_BY).isNotNull()
