"""Add parts of an event time in UTC, such as its day, month and hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, TimestampNTZType, TimestampType

from lakesmith.column_refs import named, require, types_of
from lakesmith.errors import StepError
from lakesmith.types import Transform

DatePart = Literal[
    "date", "month", "year", "quarter", "iso_week", "day_of_week", "hour"
]
TIMES = (DateType, TimestampNTZType, TimestampType)
_HINT = "name its type in `columns`, or cast it in an earlier step, so that text has one meaning"
_MICROS_PER_HOUR = 3_600_000_000
_MICROS_PER_DAY = 24 * _MICROS_PER_HOUR

_PARTS_OF_DAY: dict[str, Callable[[Column], Column]] = {
    "date": lambda day: day,
    "month": lambda day: F.trunc(day, "month"),
    "year": F.year,
    "quarter": F.quarter,
    "iso_week": F.weekofyear,
    "day_of_week": lambda day: F.weekday(day) + F.lit(1),
}


def date_parts(*, column: str, parts: Mapping[str, DatePart]) -> Transform:
    """Add parts of a timestamp or date, in UTC whatever the session's time zone.

    Parameters
    ----------
    column : str
        A column of type timestamp, timestamp_ntz or date.
    parts : mapping of str to str
        New column to part: ``date``, ``month`` (first day, a date), ``year``, ``quarter``,
        ``iso_week`` (1 to 53), ``day_of_week`` (1 Monday to 7 Sunday) or ``hour`` (0 to 23).

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when the column is not there; LS354 when it is no timestamp, timestamp_ntz or date.

    Notes
    -----
    *Columns*: needs `column` -> adds one column per part: date for ``date`` and ``month``, else
    int; NULL gives NULL.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "at string", [("2010-12-01 08:26:00",)]).selectExpr("timestamp(at) as at")
    >>> parts = {"day": "date", "month": "month", "hour": "hour"}
    >>> df.transform(date_parts(column="at", parts=parts)).show()
    +-------------------+----------+----------+----+
    |                 at|       day|     month|hour|
    +-------------------+----------+----------+----+
    |2010-12-01 08:26:00|2010-12-01|2010-12-01|   8|
    +-------------------+----------+----------+----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column], "date_parts")
        types = types_of(df)
        kind = types[column.lower()]
        if not isinstance(kind, TIMES):
            what = f"step 'date_parts' needs a time, and '{column}' is {kind.simpleString()}"
            raise StepError(what, code="LS354", hint=_HINT)
        is_instant = isinstance(kind, TimestampType)
        added = {
            name: _part(named(column), part, is_instant) for name, part in parts.items()
        }

        return df.withColumns(added)

    return apply


def _part(value: Column, part: DatePart, is_instant: bool) -> Column:
    if part == "hour":
        return _hour(value, is_instant)

    day = _utc_day(value) if is_instant else value.cast("date")

    return _PARTS_OF_DAY[part](day)


def _hour(value: Column, is_instant: bool) -> Column:
    if not is_instant:
        return F.hour(value)
    return _divided(_micros_of_day(value), _MICROS_PER_HOUR)


def _utc_day(instant: Column) -> Column:
    # Subtracting the rest first makes the division exact, so it floors before 1970 too.
    whole = F.unix_micros(instant) - _micros_of_day(instant)
    return F.date_from_unix_date(_divided(whole, _MICROS_PER_DAY))


def _micros_of_day(instant: Column) -> Column:
    return F.pmod(F.unix_micros(instant), F.lit(_MICROS_PER_DAY))


def _divided(micros: Column, unit: int) -> Column:
    quotient = F.call_function("div", micros, F.lit(unit))
    return quotient.cast("int")
