"""Conform rows to a table that does not change with them: defaults, lost columns, and what it cannot hold as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType, StructField, StructType

from lakesmith.column_refs import named
from lakesmith.columns import RESCUED
from lakesmith.json_text import json_text
from lakesmith.spec.model import Column as ContractColumn
from lakesmith.transforms.values.casting import cast_or_null
from lakesmith.types import Transform


def with_defaults(columns: Mapping[str, ContractColumn]) -> Transform:
    """Put the default of a contract column in the place of NULL: rows from before the column have nothing else.

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
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, country string", [(1, "FR"), (2, None)])
    >>> df.transform(with_defaults({"country": ContractColumn(type="string", default="GB")})).show()
    +---+-------+
    | id|country|
    +---+-------+
    |  1|     FR|
    |  2|     GB|
    +---+-------+
    <BLANKLINE>
    """
    defaults = {
        name: column.default
        for name, column in columns.items()
        if column.default is not None
    }

    def apply(df: DataFrame) -> DataFrame:
        here = {name: value for name, value in defaults.items() if name in df.columns}
        given = {
            name: F.lit(str(value)).cast(df.schema[name].dataType)
            for name, value in here.items()
        }
        return (
            df.withColumns(
                {name: F.coalesce(named(name), value) for name, value in given.items()}
            )
            if here
            else df
        )

    return apply


def with_lost(table: StructType, lost: Collection[str]) -> Transform:
    """Add columns that a table has and its batch has not, as NULL.

    *Columns*: needs nothing -> adds `lost` in the types of the table.
    """

    def apply(df: DataFrame) -> DataFrame:
        return df.select(
            *map(named, df.columns),
            *[F.lit(None).cast(table[name].dataType).alias(name) for name in lost],
        )

    return apply


def rescued_into(table: StructType, kept: Collection[str] = ()) -> Transform:
    """Give rows the columns of a table and keep as JSON in `_rescued` what these cannot hold.

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
    *Columns*: needs nothing -> exactly those of the table, with ``_rescued`` STRING, and `kept`. A column of the table
    that did not arrive is NULL; a value that does not fit its type exactly is NULL and rescued; a column that the table
    does not know is rescued. What was in ``_rescued`` stays in it.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, qty string, colour string", [(1, "5", "red"), (2, "six", None), (3, "7", None)])
    >>> df.transform(rescued_into(StructType.fromDDL("id int, qty int"))).show(truncate=False)
    +---+----+----------------+
    |id |qty |_rescued        |
    +---+----+----------------+
    |1  |5   |{"colour":"red"}|
    |2  |NULL|{"qty":"six"}   |
    |3  |7   |NULL            |
    +---+----+----------------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        arrived = {field.name.lower(): field for field in df.schema.fields}
        known = [field for field in table.fields if field.name not in (*kept, RESCUED)]
        columns = [
            _fitted(field.name, field.dataType, arrived.get(field.name.lower()))
            for field in known
        ]
        rest = _rest(
            df,
            {field.name.lower(): field.dataType for field in known},
            {*kept, RESCUED},
        )
        return df.select(
            *columns,
            *[named(name) for name in kept if name in df.columns],
            rest.alias(RESCUED),
        )

    return apply


def _fitted(name: str, wanted: DataType, found: StructField | None) -> Column:
    if found is None:
        return F.lit(None).cast(wanted).alias(name)
    return cast_or_null(named(found.name), found.dataType, wanted).alias(name)


def _rest(
    df: DataFrame, known: Mapping[str, DataType], kept: Collection[str]
) -> Column:
    """Return as JSON what the table cannot hold: unknown columns, values that do not fit."""
    told = {
        f.name: _unheld(f, known.get(f.name.lower()))
        for f in df.schema.fields
        if f.name not in kept
    }
    values = {name: value for name, value in told.items() if value is not None}
    before = named(RESCUED) if RESCUED in df.columns else F.lit(None).cast("string")
    if not values:
        return before
    found = reduce(Column.__or__, [value.isNotNull() for value in values.values()])
    fresh = F.when(
        found,
        json_text(F.struct(*[value.alias(name) for name, value in values.items()])),
    )
    return _merged(before, fresh) if RESCUED in df.columns else fresh


def _unheld(found: StructField, wanted: DataType | None) -> Column | None:
    value = named(found.name)
    if wanted is None:
        return value
    if found.dataType == wanted or isinstance(wanted, StringType):
        return None
    return F.when(cast_or_null(value, found.dataType, wanted).isNull(), value)


def _merged(before: Column, fresh: Column) -> Column:
    """Join two JSON objects; either may be NULL."""
    opened = F.regexp_replace(before, r"\}\s*$", "")
    both = F.concat(
        opened,
        F.when(F.length(opened) > 1, F.lit(",")).otherwise(""),
        F.substring(fresh, 2, 2**31 - 1),
    )
    return F.when(
        before.isNull() | fresh.isNull(), F.coalesce(before, fresh)
    ).otherwise(both)
