"""Conform rows to a table whose schema does not change with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BinaryType,
    DataType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from lakesmith.column_refs import json_text, named, null, types_of
from lakesmith.columns import RESCUED
from lakesmith.spec.values.times import read_instant
from lakesmith.transforms.values.casting import cast_or_null
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn


def with_defaults(columns: Mapping[str, ContractColumn]) -> Transform:
    """Replace NULL by the default of a contract column.

    Rows from before the column have no other value.

    Parameters
    ----------
    columns : mapping of str to Column

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs nothing -> replaces the columns with a `default` that are there.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, country string", [(1, "FR"), (2, None)])
    >>> country = ContractColumn(type="string", default="GB")
    >>> df.transform(with_defaults({"country": country})).show()
    +---+-------+
    | id|country|
    +---+-------+
    |  1|     FR|
    |  2|     GB|
    +---+-------+
    <BLANKLINE>
    """
    return with_values(defaults_of(columns))


def defaults_of(columns: Mapping[str, ContractColumn]) -> dict[str, str]:
    """Return the text of each `default` by its column.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> defaults_of({"qty": ContractColumn(type="int", default=7)})
    {'qty': '7'}
    """
    return {
        name: str(column.default)
        for name, column in columns.items()
        if column.default is not None
    }


def with_values(defaults: Mapping[str, str]) -> Transform:
    """Replace NULL by a value, of which each is cast from its text to the type of the column.

    Parameters
    ----------
    defaults : mapping of str to str

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs nothing -> replaces the columns in `defaults` that are there.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, qty int", [(1, None)])
    >>> df.transform(with_values({"qty": "7"})).first()
    Row(id=1, qty=7)
    """

    def apply(df: DataFrame) -> DataFrame:
        values: dict[str, Column] = {}
        kinds = types_of(df)
        for name, default in defaults.items():
            kind = kinds.get(name.lower())
            if kind is None:
                continue
            typed = _typed(default, kind)
            values[name] = F.coalesce(named(name), typed)

        return df.withColumns(values) if values else df

    return apply


def _typed(default: str, kind: DataType) -> Column:
    """Return a default as its type, a time without an offset in UTC whatever the session says."""
    if isinstance(kind, TimestampType):
        return F.timestamp_micros(F.lit(read_instant(default)))
    return F.lit(default).cast(kind)


def with_lost(table: StructType, lost: Collection[str]) -> Transform:
    """Add columns that a table has and its batch lacks, as NULL.

    Notes
    -----
    *Columns*: needs nothing -> adds `lost` in the types of the table.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> table = StructType.fromDDL("id int, note string")
    >>> frame(spark, "id int", [(1,)]).transform(with_lost(table, ["note"]))
    DataFrame[id: int, note: string]
    """
    empty = [null(table[name].dataType).alias(name) for name in lost]

    def apply(df: DataFrame) -> DataFrame:
        return df.select(*map(named, df.columns), *empty)

    return apply


def rescued_into(table: StructType, kept: Collection[str] = ()) -> Transform:
    """Give rows the columns of a table, with what these cannot hold as JSON in `_rescued`.

    Parameters
    ----------
    table : StructType
        The columns of the table.
    kept : collection of str
        Columns that stay as they are: hidden ones, and those that the write needs.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs nothing -> exactly those of the table, with ``_rescued`` STRING, and `kept`. A
    column of the table that did not arrive is NULL; a value that does not fit its type exactly is
    NULL and rescued; a column that the table does not know is rescued. What was in ``_rescued``
    stays in it.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, "5", "red"), (2, "six", None), (3, "7", None)]
    >>> df = frame(spark, "id int, qty string, colour string", rows)
    >>> table = StructType.fromDDL("id int, qty int")
    >>> df.transform(rescued_into(table)).show(truncate=False)
    +---+----+----------------+
    |id |qty |_rescued        |
    +---+----+----------------+
    |1  |5   |{"colour":"red"}|
    |2  |NULL|{"qty":"six"}   |
    |3  |7   |NULL            |
    +---+----+----------------+
    <BLANKLINE>
    """
    reserved = {*kept, RESCUED}
    fields = [field for field in table.fields if field.name not in reserved]
    types = {field.name.lower(): field.dataType for field in fields}

    def apply(df: DataFrame) -> DataFrame:
        arrived = {field.name.lower(): field for field in df.schema.fields}
        columns = [_fitted(field, arrived.get(field.name.lower())) for field in fields]
        hidden = [named(name) for name in kept if name in df.columns]

        others = [field for field in df.schema.fields if field.name not in reserved]
        before = named(RESCUED) if RESCUED in df.columns else None
        rescued = _rescued(others, types, before)
        columns += hidden
        columns += [rescued.alias(RESCUED)]

        return df.select(*columns)

    return apply


def _fitted(field: StructField, arrived: StructField | None) -> Column:
    target_type = field.dataType
    if arrived is None:
        return null(target_type).alias(field.name)

    typed = cast_or_null(named(arrived.name), arrived.dataType, target_type)

    return typed.alias(field.name)


def _rescued(
    fields: Sequence[StructField],
    types: Mapping[str, DataType],
    before: Column | None,
) -> Column:
    """Return as JSON the values that the table cannot hold, and what was rescued before."""
    values: list[Column] = []
    is_any = F.lit(False)

    for field in fields:
        value = _unfit_value(field, types.get(field.name.lower()))
        if value is not None:
            values.append(value.alias(field.name))
            is_any |= value.isNotNull()

    if not values:
        if before is not None:
            return before
        return null("string")

    text = F.when(is_any, json_text(F.struct(*values)))

    return text if before is None else _joined(before, text)


def _unfit_value(field: StructField, target_type: DataType | None) -> Column | None:
    """Return a value where the table cannot hold it, None for a column that always fits."""
    value = named(field.name)
    if target_type is None:
        return value
    is_bytes = isinstance(field.dataType, BinaryType)
    takes_any = isinstance(target_type, StringType) and not is_bytes
    if field.dataType == target_type or takes_any:
        return None

    typed = cast_or_null(value, field.dataType, target_type)

    return F.when(typed.isNull(), value)


def _joined(first: Column, second: Column) -> Column:
    """Join two JSON objects, either of which may be NULL."""
    opened = F.regexp_replace(first, r"\}\s*$", "")
    has_fields = F.length(opened) > 1
    comma = F.when(has_fields, F.lit(",")).otherwise("")
    rest = F.substring(second, 2, 2**31 - 1)
    both = F.concat(opened, comma, rest)

    is_one = first.isNull() | second.isNull()
    single = F.coalesce(first, second)

    return F.when(is_one, single).otherwise(both)
