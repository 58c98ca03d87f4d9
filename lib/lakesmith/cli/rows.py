"""Return rows of a table as Python values, and dates beyond Python's calendar as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DateType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from lakesmith.column_refs import named
from lakesmith.spec.values.times import read_date, read_wall_clock

EPOCH = datetime(1970, 1, 1)
TIMES = (DateType, TimestampType, TimestampNTZType)


def first_rows(frame: DataFrame, limit: int) -> list[dict[str, Any]]:
    """Return some rows of a frame, in the time zone of its session.

    Parameters
    ----------
    frame : DataFrame
    limit : int

    Returns
    -------
    list of dict
        A date or a time in a year that Python has none for is text, such as ``+10000-01-01``.

    Examples
    --------
    >>> first_rows(spark.sql("SELECT DATE'2024-03-01' AS a, DATE'+10000-01-01' AS b"), 1)
    [{'a': datetime.date(2024, 3, 1), 'b': '+10000-01-01'}]
    """
    fields = frame.schema.fields
    # By place, since a frame may have two columns of one name in another case.
    rows = frame.select(*[_as_text(field) for field in fields]).limit(limit).collect()
    return [
        {f.name: _value(row[at], f.dataType) for at, f in enumerate(fields)}
        for row in rows
    ]


def _as_text(field: StructField) -> Column:
    wanted = _text_kind(field.dataType)
    value = named(field.name)
    if wanted == field.dataType:
        return value
    return value.cast(wanted).alias(field.name)


def _text_kind(kind: DataType) -> DataType:
    """Return the type with text instead of dates and times."""
    if isinstance(kind, TIMES):
        return StringType()
    if isinstance(kind, ArrayType):
        return ArrayType(_text_kind(kind.elementType), kind.containsNull)
    if isinstance(kind, MapType):
        return MapType(
            _text_kind(kind.keyType), _text_kind(kind.valueType), kind.valueContainsNull
        )
    if isinstance(kind, StructType):
        return StructType(
            [
                StructField(f.name, _text_kind(f.dataType), f.nullable)
                for f in kind.fields
            ]
        )
    return kind


def _value(found: Any, kind: DataType) -> Any:
    if found is None:
        return None
    if isinstance(kind, TIMES):
        return _time(found, kind)
    if isinstance(kind, ArrayType):
        return [_value(each, kind.elementType) for each in found]
    if isinstance(kind, MapType):
        return {
            _value(key, kind.keyType): _value(value, kind.valueType)
            for key, value in found.items()
        }
    if isinstance(kind, StructType):
        values = [
            _value(each, field.dataType)
            for each, field in zip(found, kind.fields, strict=True)
        ]
        return Row(*kind.names)(*values)
    return found


def _time(text: str, kind: DataType) -> date | datetime | str:
    read: Callable[[str], date] = _date if isinstance(kind, DateType) else _moment
    try:
        return read(text)
    except (OverflowError, ValueError):  # a year beyond Python's
        return text


def _date(text: str) -> date:
    return EPOCH.date() + timedelta(days=read_date(text))


def _moment(text: str) -> datetime:
    return EPOCH + timedelta(microseconds=read_wall_clock(text))
