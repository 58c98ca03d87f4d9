"""Checks on a batch as a whole: how many rows, how fresh, how unique."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.duration import parse_age
from lakesmith.quality.check_result import CheckResult, error_result, metric_result
from lakesmith.quality.checks.uniqueness import (
    keys_are_free,
    missing_columns,
    paid_unique_checks,
    unique_columns,
    unique_result,
    why_paid,
)
from lakesmith.quality.rule import find
from lakesmith.spec.model import TABLE_CHECKS, Check, Table
from lakesmith.spec.values.times import MICROS_PER_DAY, instant_text

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROS: dict[str, Callable[[Column], Column]] = {
    "timestamp": F.unix_micros,
    "timestamp_ntz": lambda value: F.unix_micros(value.cast("timestamp")),
    "date": lambda value: F.try_multiply(
        F.unix_date(value).cast("bigint"), F.lit(MICROS_PER_DAY)
    ),
}


def freshness_metrics(
    table: Table, columns: Mapping[str, str], run_time: datetime
) -> list[Column]:
    """List the aggregates that the freshness checks of a table need, to be observed on the accepted
    rows.

    Parameters
    ----------
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types as `simpleString`.
    run_time : datetime
        The recorded "now" of the run, with a time zone.

    Returns
    -------
    list of Column
        `newest_<check id>` and `ahead_<check id>` for each freshness check whose column is a
        timestamp or a date.

    Notes
    -----
    *Columns*: needs the columns of the freshness checks -> one row of bigint in microseconds since
    1970 UTC, NULL when there is none: the newest value, and the greatest one that is later than the
    run by more than `max_age`. Such a value says nothing of how fresh the rest is, so it is not the
    newest.

    Examples
    --------
    >>> check = Check(id="fresh", check="freshness", column="at", max_age="36h")
    >>> df = spark.sql("select date'1970-01-02' as at")
    >>> table = Table(from_="bronze.orders", checks=(check,))
    >>> df.agg(*freshness_metrics(table, dict(df.dtypes), EPOCH)).first().asDict()
    {'newest_fresh': 86400000000, 'ahead_fresh': None}
    """
    measured = [check for check in table.checks if _is_measured(check, columns)]
    return [
        figure for check in measured for figure in _freshest(check, columns, run_time)
    ]


def batch_results(
    table: Table,
    metrics: Mapping[str, Any],
    run_time: datetime,
    columns: Mapping[str, str],
) -> tuple[CheckResult, ...]:
    """Read the outcome of the table checks from their figures.

    Parameters
    ----------
    table : Table
    metrics : mapping of str to int
        `rows` (accepted), what `freshness_metrics` gave, and `duplicates_<check id>` for each
        `unique` check that is not free.
    run_time : datetime
        The recorded "now" of the run, with a time zone.
    columns : mapping of str to str
        The columns on the frame and their types, as for `freshness_metrics`.

    Returns
    -------
    tuple of CheckResult
        In the order of the spec: ``pass``, ``warn``, ``fail``, or ``error`` when a figure could not
        be taken. Without any value the age is unknown, and `on_null` decides.

    Examples
    --------
    >>> check = Check(id="some", check="row_count", min=1, on_fail="warn")
    >>> batch_results(Table(from_="bronze.orders", checks=(check,)), {"rows": 0}, EPOCH, {})[0]
    CheckResult(check='some', column='', on_fail='warn', status='warn', failed=1, message='0 rows,
    expected at least 1')
    """
    checks = [check for check in table.checks if check.check in TABLE_CHECKS]
    return tuple(_verdict(table, check, metrics, run_time, columns) for check in checks)


def plan_notes(table: Table) -> list[str]:
    """Say which checks of a table cost a shuffle of their own.

    Examples
    --------
    >>> plan_notes(Table(from_="bronze.orders",
    ...     checks=(Check(id="one", check="unique", columns=("id",)),)))
    ['check one: unique (id) needs one more shuffle, because these are not the keys of the table']
    """
    notes = []
    for check in paid_unique_checks(table):
        columns = ", ".join(unique_columns(check))
        notes.append(
            f"check {check.id}: unique ({columns}) needs one more shuffle, "
            f"because {why_paid(table, check)}"
        )
    return notes


def _verdict(
    table: Table,
    check: Check,
    metrics: Mapping[str, Any],
    run_time: datetime,
    columns: Mapping[str, str],
) -> CheckResult:
    if check.check == "row_count":
        return _row_count(check, metrics["rows"])
    if check.check == "freshness":
        return _freshness(check, metrics, run_time, columns)
    missing = missing_columns(check, columns) if columns else []
    if missing:
        return error_result(check, f"column '{missing[0]}' is not there")
    return _unique(table, check, metrics)


def _is_measured(check: Check, columns: Mapping[str, str]) -> bool:
    return check.check == "freshness" and find(columns, check.column or "") in MICROS


def _freshest(
    check: Check, columns: Mapping[str, str], run_time: datetime
) -> tuple[Column, Column]:
    column = check.column or ""
    value = MICROS[find(columns, column) or ""](named(column))
    is_ahead = value > F.lit(_micros(run_time) + _micros_of_age(check))
    newest = F.max(F.when(~is_ahead, value)).alias(f"newest_{check.id}")
    ahead = F.max(F.when(is_ahead, value)).alias(f"ahead_{check.id}")
    return newest, ahead


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _micros_of_age(check: Check) -> int:
    return parse_age(check.max_age or "") // timedelta(microseconds=1)


def _row_count(check: Check, rows: int) -> CheckResult:
    if check.min is not None and rows < float(check.min):
        return metric_result(check, f"{rows} rows, expected at least {check.min}")
    if check.max is not None and rows > float(check.max):
        return metric_result(check, f"{rows} rows, expected at most {check.max}")
    return metric_result(check, "")


def _freshness(
    check: Check,
    metrics: Mapping[str, Any],
    run_time: datetime,
    columns: Mapping[str, str],
) -> CheckResult:
    if not _is_measured(check, columns):
        return error_result(
            check, f"column '{check.column}' is not a timestamp or a date on this table"
        )
    newest = metrics[f"newest_{check.id}"]
    ahead = metrics.get(f"ahead_{check.id}")
    left_out = (
        ""
        if ahead is None
        else f"; {instant_text(ahead)} is later than the run and is left out"
    )
    if newest is None and ahead is not None:
        return metric_result(check, f"no value up to the time of the run{left_out}")
    if newest is None:
        return metric_result(
            check, "no value in this batch" if check.on_null == "fail" else ""
        )
    # Numbers of microseconds, since Python's calendar ends with the year 9999.
    age = timedelta(microseconds=_micros(run_time) - newest)
    is_too_old = age > parse_age(check.max_age or "")
    message = (
        f"the newest value is {age} old, expected at most {check.max_age}{left_out}"
    )
    return metric_result(check, message if is_too_old else "")


def _unique(table: Table, check: Check, metrics: Mapping[str, Any]) -> CheckResult:
    if keys_are_free(table, check):
        return unique_result(check, 0)
    duplicated = metrics.get(f"duplicates_{check.id}")
    return (
        error_result(check, "it was not measured")
        if duplicated is None
        else unique_result(check, duplicated)
    )
