"""Checks on a batch as a whole: how many rows, how fresh; both read from the observation of the write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.ages import parse_age
from lakesmith.quality.rule import find
from lakesmith.quality.verdict import Verdict
from lakesmith.spec.model import Check
from lakesmith.transforms.names import named

MICROS_PER_DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROS: dict[str, Callable[[Column], Column]] = {
    "timestamp": F.unix_micros,
    "timestamp_ntz": lambda value: F.unix_micros(value.cast("timestamp")),
    "date": lambda value: F.unix_date(value) * F.lit(MICROS_PER_DAY),
}


def table_metrics(checks: Sequence[Check], columns: Mapping[str, str]) -> list[Column]:
    """List the aggregates that `table_verdicts` needs, to be observed on the accepted rows.

    Parameters
    ----------
    checks : sequence of Check
        The checks of a table; only `row_count` and `freshness` are looked at.
    columns : mapping of str to str
        The columns on the frame and their types.

    Returns
    -------
    list of Column
        `rows`, and `newest_<check id>` for each freshness check whose column is a timestamp or a date.

    Notes
    -----
    *Columns*: needs the columns of the freshness checks -> one row: `rows` (bigint) and the newest value in
    microseconds since 1970 UTC (bigint, NULL when there is none).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> check = Check(id="fresh", check="freshness", column="at", max_age="36h")
    >>> df = frame(spark, "at string", [("1970-01-02",)]).selectExpr("date(at) as at")
    >>> df.agg(*table_metrics([check], dict(df.dtypes))).first().asDict()
    {'rows': 1, 'newest_fresh': 86400000000}
    """
    rows = F.count(F.lit(1)).alias("rows")
    return [rows, *(_newest(check, columns) for check in checks if _is_measured(check, columns))]


def table_verdicts(
    checks: Sequence[Check], columns: Mapping[str, str], metrics: Mapping[str, Any], run_time: datetime
) -> tuple[Verdict, ...]:
    """Read the outcome of the `row_count` and `freshness` checks from their figures.

    Parameters
    ----------
    checks : sequence of Check
    columns : mapping of str to str
        The columns on the frame and their types.
    metrics : mapping of str to int
        What `table_metrics` gave.
    run_time : datetime
        The recorded "now" of the run, with a time zone.

    Returns
    -------
    tuple of Verdict
        A figure has no rows to set aside: ``warn`` when `on_fail` says so, else ``fail``. Without any value the age is
        unknown, and `on_null` decides.

    Examples
    --------
    >>> check = Check(id="some", check="row_count", min=1, on_fail="warn")
    >>> table_verdicts([check], {}, {"rows": 0}, EPOCH)[0]
    Verdict(check='some', column='', on_fail='warn', status='warn', failed=1, message='0 rows, expected at least 1')
    """
    found = []
    for check in checks:
        if check.check == "row_count":
            found.append(_row_count(check, metrics["rows"]))
        elif check.check == "freshness":
            found.append(_freshness(check, columns, metrics, run_time))
    return tuple(found)


def table_verdict(check: Check, message: str, failed: int = 1) -> Verdict:
    """Return the verdict of a check on a batch as a whole: passed when there is no message."""
    refused = "warn" if check.on_fail == "warn" else "fail"
    names = ", ".join(check.columns or (check.column or "",))
    return Verdict(check.id, names, check.on_fail, refused if message else "pass", failed if message else 0, message)


def _is_measured(check: Check, columns: Mapping[str, str]) -> bool:
    return check.check == "freshness" and find(columns, check.column or "") in MICROS


def _newest(check: Check, columns: Mapping[str, str]) -> Column:
    column = check.column or ""
    return F.max(MICROS[find(columns, column) or ""](named(column))).alias(f"newest_{check.id}")


def _row_count(check: Check, rows: int) -> Verdict:
    if check.min is not None and rows < float(check.min):
        return table_verdict(check, f"{rows} rows, expected at least {check.min}")
    if check.max is not None and rows > float(check.max):
        return table_verdict(check, f"{rows} rows, expected at most {check.max}")
    return table_verdict(check, "")


def _freshness(check: Check, columns: Mapping[str, str], metrics: Mapping[str, Any], run_time: datetime) -> Verdict:
    if not _is_measured(check, columns):
        reason = f"column '{check.column}' is not a timestamp or a date on this table"
        return Verdict(check.id, check.column or "", check.on_fail, "error", 0, reason)
    newest = metrics[f"newest_{check.id}"]
    if newest is None:
        return table_verdict(check, "no value in this batch" if check.on_null == "fail" else "")
    age = run_time - (EPOCH + timedelta(microseconds=newest))
    too_old = age > parse_age(check.max_age or "")
    return table_verdict(check, f"the newest value is {age} old, expected at most {check.max_age}" if too_old else "")
