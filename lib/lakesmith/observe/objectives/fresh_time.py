"""Measure the share of time in which the newest row was no older than the contract says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import partial

from lakesmith.duration import parse_age
from lakesmith.observe.objectives.objective import HUNDRED, Objective, Subject, Usage
from lakesmith.quality.profile import secret_columns
from lakesmith.spec.model.contract import ALWAYS, Slo, percent_of
from lakesmith.spec.values.times import read_instant

# When a version became visible, and the time of the newest row by then.
Published = tuple[datetime, datetime]

_TIMES = ("date", "timestamp", "timestamp_ntz")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_OLDEST = datetime.min.replace(tzinfo=timezone.utc)


def fresh_time(slo: Slo, subject: Subject) -> Iterator[Objective]:
    """Yield the objective where the contract has a greatest age.

    The newest row is the greatest value of the `event_date` in the profiles, else of the first
    column of `sequence_by`. Between two publications its age grows.
    """
    contract = subject.table.contract
    freshness = contract.freshness if contract else None
    if not freshness:
        return
    target = slo.fresh_time or ALWAYS
    column = _time_column(subject)
    points = list(_published(subject, column))
    yield Objective(
        "freshness",
        column,
        f"{target} of time within {freshness}",
        1 - percent_of(target) / HUNDRED,
        "seconds",
        partial(stale_between, points, parse_age(freshness)),
        _problem(subject, column, is_measured=bool(points)),
    )


def stale_between(
    points: Sequence[Published], age: timedelta, start: datetime, end: datetime
) -> Usage:
    """Count the seconds of a span of time in which the newest row was older than `age`.

    Time before the first publication does not count.

    Examples
    --------
    >>> days = [datetime(2026, 1, day) for day in (1, 2, 5)]
    >>> points = [(days[0], days[0]), (days[1], days[1])]
    >>> usage = stale_between(points, timedelta(days=2), days[0], days[2])
    >>> int(usage.bad) // 3600, int(usage.total) // 3600
    (24, 96)
    """
    if not points:
        return Usage()
    ends = [when for when, _ in points[1:]]
    stale = timedelta(0)
    total = timedelta(0)
    for (begin, newest), until in zip(points, [*ends, end], strict=True):
        low = max(begin, start)
        high = min(until, end)
        total += max(high - low, timedelta(0))
        stale += max(high - max(low, newest + age), timedelta(0))
    return Usage(_seconds(stale), _seconds(total))


def _seconds(span: timedelta) -> Decimal:
    return Decimal(str(span.total_seconds()))


def _time_column(subject: Subject) -> str:
    """Return the contract column that says how old a row is, or an empty text."""
    table = subject.table
    named = [table.event_date, *table.write.sequence_by[:1]]
    for name in named:
        column = table.columns.get(name) if name else None
        if name and column is not None and column.type in _TIMES:
            return name
    return ""


def _problem(subject: Subject, column: str, *, is_measured: bool) -> str:
    if not column:
        return (
            "neither event_date nor the first column of sequence_by is a time of the "
            "contract"
        )
    if subject.profile.level == "off":
        return "profile.level is off, so that no run notes the newest row"
    if column in secret_columns(subject.table.columns):
        return f"'{column}' is sensitive, so that no run notes its values"
    return "" if is_measured else "no published run has noted the newest row yet"


def _published(subject: Subject, column: str) -> Iterator[Published]:
    """Yield each publication with the time of the newest row up to then, oldest first."""
    found = {
        row["run_id"]: read_instant(row["max"])
        for row in subject.recorded.profile_of(column)
        if row["max"] is not None
    }
    newest: datetime | None = None
    for run in subject.recorded.runs:
        of_run = _past(found.get(run["run_id"]), run["run_time"])
        known = [one for one in (newest, of_run) if one is not None]
        newest = max(known, default=None)
        # A run that failed publishes nothing: a later one does it.
        if newest is not None and run["published"] is not None:
            yield run["run_time"], newest


def _past(micros: int | None, run_time: datetime) -> datetime | None:
    """Return a time, None where it is later than its run and says not how old a row is.

    A time is compared as a number, since Python's calendar ends with the year 9999.
    """
    if micros is None:
        return None
    now = (run_time - _EPOCH) // timedelta(microseconds=1)
    oldest = (_OLDEST - _EPOCH) // timedelta(microseconds=1)
    if micros > now:
        return None
    return _EPOCH + timedelta(microseconds=max(micros, oldest))
