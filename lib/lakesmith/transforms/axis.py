"""Turn times and whole numbers into positions on one axis, and measure between them."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.duration import parse_age
from lakesmith.errors import StepError
from lakesmith.types import WHOLE

MICROS = 1_000_000
MICROS_A_DAY = 86_400 * MICROS
# Stands for a begin that is open, as no time is so early.
EARLIEST = -(2**63)
LATEST = 2**63 - 1

_INSTANT = "an instant"
_CLOCK = "a time without zone"
_NUMBER = "a whole number"
_DAY = "a day"
_AXES = {
    "timestamp": _INSTANT,
    "timestamp_ntz": _CLOCK,
    "date": _DAY,
    **dict.fromkeys(WHOLE, _NUMBER),
}


def position(value: Column, kind: str) -> Column:
    """Return a time as microseconds since 1970 in UTC, a whole number as itself.

    Parameters
    ----------
    value : Column
    kind : str
        Its type; a date stands for its midnight.

    Returns
    -------
    Column
        BIGINT, the same in every time zone of the session.

    Examples
    --------
    >>> day = F.lit("1969-12-31").cast("date")
    >>> spark.range(1).select(position(day, "date").alias("at")).first().at
    -86400000000
    """
    if kind == "timestamp":
        return F.unix_micros(value)
    if kind == "date":
        days = F.unix_date(value).cast("bigint")
        return days * F.lit(MICROS_A_DAY)
    if kind == "timestamp_ntz":
        return _micros_of_clock(value)
    return value.cast("bigint")


def _micros_of_clock(value: Column) -> Column:
    # A cast to TIMESTAMP would go by the zone of the session, in which local times may be missing.
    epoch = F.expr("TIMESTAMP_NTZ'1970-01-01 00:00:00'")
    seconds = (value - epoch).cast("interval second")
    whole = seconds.cast("decimal(20,6)") * F.lit(MICROS)
    return whole.cast("bigint")


def from_position(at: Column, kind: str) -> Column:
    """Return the time of a position, the inverse of `position`.

    Examples
    --------
    >>> spark.range(1).select(from_position(F.lit(-86400000000), "date").alias("day")).first().day
    datetime.date(1969, 12, 31)
    """
    if kind == "timestamp":
        return F.timestamp_micros(at)
    if kind == "date":
        days = floor_div(at, MICROS_A_DAY)
        return F.date_from_unix_date(days.cast("int"))
    if kind == "timestamp_ntz":
        return _clock_of_micros(at)
    return at.cast(kind)


def _clock_of_micros(at: Column) -> Column:
    epoch = F.expr("TIMESTAMP_NTZ'1970-01-01 00:00:00'")
    days = floor_div(at, MICROS_A_DAY)
    rest = at - days * F.lit(MICROS_A_DAY)
    seconds = rest.cast("decimal(20,0)") / F.lit(MICROS).cast("decimal(7,0)")
    zero = F.lit(0)
    return epoch + F.make_dt_interval(
        days.cast("int"), zero, zero, seconds.cast("decimal(18,6)")
    )


def floor_div(at: Column, width: int) -> Column:
    """Return the number of the bucket of a position, rounded down before 1970 too.

    Examples
    --------
    >>> spark.sql("SELECT -1L AS at").select(floor_div(F.col("at"), 10).alias("n")).first().n
    -1
    """
    quotient = F.call_function("div", at, F.lit(width))
    rest = at % F.lit(width)
    is_below = rest < 0
    return quotient - is_below.cast("bigint")


def distance(earlier: Column, later: Column) -> Column:
    """Return how far two positions are apart, the greatest number where that is out of range.

    Examples
    --------
    >>> spark.range(1).select(distance(F.lit(3), F.lit(8)).alias("n")).first().n
    5
    """
    apart = F.try_subtract(later.cast("bigint"), earlier.cast("bigint"))
    known = earlier.isNotNull() & later.isNotNull()
    return F.when(known, F.coalesce(apart, F.lit(LATEST)))


def require_axis(step: str, kinds: Mapping[str, str]) -> None:
    """Check that columns are times or whole numbers which have one order.

    Parameters
    ----------
    step : str
        The step, for the message.
    kinds : mapping of str to str
        The columns in words, with their types.

    Raises
    ------
    StepError
        LS354 for another type, and for types whose order depends on a time zone.

    Examples
    --------
    >>> require_axis("join_as_of", {"at": "timestamp", "day of the other side": "date"})
    >>> require_axis("join_as_of", {"at": "timestamp", "at of the other side": "timestamp_ntz"})
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS354 step 'join_as_of' cannot order at (timestamp) \
and at of the other side (timestamp_ntz)
      next:  cast one of them in a step before, so that both are timestamp or both timestamp_ntz
    """
    for name, kind in kinds.items():
        if kind not in _AXES:
            raise StepError(
                f"step '{step}' cannot take {name} as a time, it is {kind}",
                code="LS354",
                hint="name a date, a timestamp or a whole number",
            )
    exact = {name: kind for name, kind in kinds.items() if _AXES[kind] != _DAY}
    axes = {_AXES[kind] for kind in exact.values()}
    has_day = len(exact) < len(kinds)
    if len(axes) > 1 or (has_day and _NUMBER in axes):
        raise _other_axes(step, kinds)


def _other_axes(step: str, kinds: Mapping[str, str]) -> StepError:
    listed = " and ".join(f"{name} ({kind})" for name, kind in kinds.items())
    hint = (
        "cast one of them in a step before, so that both are timestamp or both"
        " timestamp_ntz"
    )
    return StepError(f"step '{step}' cannot order {listed}", code="LS354", hint=hint)


def span_on_axis(step: str, option: str, text: str, kind: str) -> int:
    """Return a span such as ``36h`` as a number of positions.

    Parameters
    ----------
    step : str
    option : str
        The option that has it, for the message.
    text : str
        A whole number and s, m, h or d; a whole number alone between whole numbers.
    kind : str
        The type of the column that it is measured on.

    Raises
    ------
    StepError
        LS355 when it is no such span.

    Examples
    --------
    >>> span_on_axis("join_as_of", "max_staleness", "2h", "timestamp")
    7200000000
    >>> span_on_axis("join_as_of", "max_staleness", "5", "bigint")
    5
    """
    if kind in WHOLE:
        return _whole_span(step, option, text)
    try:
        span = parse_age(text)
    except ValueError as error:
        raise _no_span(step, option, str(error), "write 36h, 5m or 0s") from None
    return (span.days * 86_400 + span.seconds) * MICROS


def _whole_span(step: str, option: str, text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    what = f"'{text}' is no distance of whole numbers"
    raise _no_span(step, option, what, "write a number from 0 on")


def _no_span(step: str, option: str, what: str, hint: str) -> StepError:
    return StepError(f"step '{step}': {option}: {what}", code="LS355", hint=hint)
