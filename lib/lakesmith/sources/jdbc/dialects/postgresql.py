"""Say what PostgreSQL does in its own way."""

from __future__ import annotations

from lakesmith.sources.jdbc.dialects.base import Dialect, Order

_WHOLE = ("smallint", "integer", "bigint", "numeric")
_TIMES = ("date", "timestamp without time zone", "timestamp with time zone")
_NUMBERS: dict[str, Order] = dict.fromkeys(_WHOLE, "number")
_OF_TIME: dict[str, Order] = dict.fromkeys(_TIMES, "time")
_BEGIN = (
    "SET standard_conforming_strings = on",
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
)


def _type_of(value: str) -> str:
    return f"CAST(pg_typeof({value}) AS text)"


def _text(value: str) -> str:
    return f"CAST({value} AS text)"


def _earlier(value: str, overlap: str) -> str:
    amount = overlap if overlap.isdigit() else f"INTERVAL '{overlap}'"
    return f"{value} - {amount}"


def _in_future(value: str) -> str:
    return f"{value} > now() + INTERVAL '1 day'"


def _quantiles(value: str, shares: str) -> str:
    at = f"percentile_disc(ARRAY[{shares}]) WITHIN GROUP (ORDER BY {value})"
    return f"CAST(to_json(CAST({at} AS text[])) AS text)"


DIALECT = Dialect(
    driver="org.postgresql.Driver",
    package="org.postgresql:postgresql:42.7.14",
    port=5432,
    begin="; ".join(_BEGIN),
    marks={**_NUMBERS, **_OF_TIME},
    type_of=_type_of,
    text=_text,
    earlier=_earlier,
    in_future=_in_future,
    quantiles=_quantiles,
)
