"""Define what an objective allows, and what was recorded of its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.spec.model import Profile, Table

Row = dict[str, Any]

# A batch that ended otherwise is not visible, and its rows come again with the next one.
VISIBLE = ("done", "alerted")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Usage:
    """Count the rows or seconds of a span of time, and the bad ones among them."""

    bad: Decimal = Decimal(0)
    total: Decimal = Decimal(0)


@dataclass(frozen=True)
class Recorded:
    """Hold what runs recorded of one table.

    Parameters
    ----------
    runs, profiles : sequence of dict
        Its rows of ``ops.runs`` and ``ops.profiles``, in the order of the runs.
    """

    runs: Sequence[Row]
    profiles: Sequence[Row] = ()

    @property
    def visible_runs(self) -> list[Row]:
        """The runs whose batches were published.

        Examples
        --------
        >>> rows = [{"run_id": "r1", "state": "done"}, {"run_id": "r2", "state": "refused"}]
        >>> [row["run_id"] for row in Recorded(rows).visible_runs]
        ['r1']
        """
        return [row for row in self.runs if row["state"] in VISIBLE]

    def profile_of(self, column: str) -> list[Row]:
        """Return the profile rows of a column, of published batches only."""
        visible = {row["run_id"] for row in self.visible_runs}
        return [
            row
            for row in self.profiles
            if row["column"] == column and row["run_id"] in visible
        ]


@dataclass(frozen=True)
class Objective:
    """Describe one objective of a table.

    Parameters
    ----------
    name, column : str
        Its key in the contract, and the column that it is about, if any.
    target : str
        As the contract says it.
    allowed : Decimal
        The share that may be bad.
    unit : str
        What is counted, ``rows`` or ``seconds``.
    usage : callable
        Takes a start and an end, and counts what is after the start, up to the end.
    problem : str
        Why it cannot be measured; empty where it can.
    """

    name: str
    column: str
    target: str
    allowed: Decimal
    unit: str
    usage: Callable[[datetime, datetime], Usage]
    problem: str = ""


@dataclass(frozen=True)
class Subject:
    """Hold a table whose objectives are measured.

    Parameters
    ----------
    table : Table
    profile : Profile
        The settings that hold for the table.
    recorded : Recorded
    """

    table: Table
    profile: Profile
    recorded: Recorded


def rows_between(
    rows: Sequence[Row], bad: str, total: str
) -> Callable[[datetime, datetime], Usage]:
    """Return what adds up two counts of the rows of a span of time.

    Examples
    --------
    >>> day = datetime(2026, 1, 2)
    >>> usage = rows_between([{"run_time": day, "nulls": 1, "rows": 4}], "nulls", "rows")
    >>> usage(datetime(2026, 1, 1), day)
    Usage(bad=Decimal('1'), total=Decimal('4'))
    """

    def usage(start: datetime, end: datetime) -> Usage:
        within = [row for row in rows if start < row["run_time"] <= end]
        bad_rows = sum(row[bad] or 0 for row in within)
        all_rows = sum(row[total] or 0 for row in within)
        return Usage(Decimal(bad_rows), Decimal(all_rows))

    return usage
