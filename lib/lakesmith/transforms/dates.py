"""Parts of a moment in UTC: its day, month, hour and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import TimestampType

from lakesmith.column_refs import named, require
from lakesmith.types import Transform

DatePart = Literal[
    "date", "month", "year", "quarter", "iso_week", "day_of_week", "hour"
]
MICROS_PER_HOUR = 3_600_000_000
MICROS_PER_DAY = 24 * MICROS_PER_HOUR

PARTS_OF_DAY: dict[str, Callable[[Column], Column]] = {
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
        New column to part: ``date``, ``month`` (first day, a date), ``year``, ``quarter``, ``iso_week`` (1 to 53),
        ``day_of_week`` (1 Monday to 7 Sunday) or ``hour`` (0 to 23).

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when the column is not there.

    Notes
    -----
    *Columns*: needs `column` -> adds one column per part: date for ``date`` and ``month``, else int; NULL gives NULL.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "at string", [("2010-12-01 08:26:00",)]).selectExpr("to_timestamp(at) as at")
    >>> df.transform(date_parts(column="at", parts={"day": "date", "month": "month", "hour": "hour"})).show()
    +-------------------+----------+----------+----+
    |                 at|       day|     month|hour|
    +-------------------+----------+----------+----+
    |2010-12-01 08:26:00|2010-12-01|2010-12-01|   8|
    +-------------------+----------+----------+----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column], "date_parts")
        field = next(
            field for field in df.schema.fields if field.name.lower() == column.lower()
        )
        is_instant = isinstance(field.dataType, TimestampType)
        return df.withColumns(
            {
                name: _part(named(column), part, is_instant)
                for name, part in parts.items()
            }
        )

    return apply


def _part(value: Column, part: DatePart, is_instant: bool) -> Column:
    if part == "hour":
        return _hour(value, is_instant)
    return PARTS_OF_DAY[part](_utc_day(value) if is_instant else value.cast("date"))


def _hour(value: Column, is_instant: bool) -> Column:
    if not is_instant:
        return F.hour(value)
    return F.call_function("div", _micros_of_day(value), F.lit(MICROS_PER_HOUR)).cast(
        "int"
    )


def _utc_day(instant: Column) -> Column:
    # Subtracting the rest first makes the division exact, so it floors before 1970 too.
    whole = F.unix_micros(instant) - _micros_of_day(instant)
    return F.date_from_unix_date(
        F.call_function("div", whole, F.lit(MICROS_PER_DAY)).cast("int")
    )


def _micros_of_day(instant: Column) -> Column:
    return F.pmod(F.unix_micros(instant), F.lit(MICROS_PER_DAY))
