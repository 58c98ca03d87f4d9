"""Turn values of any type into values that Spark can compare and order."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StructType, VariantType

from lakesmith.column_refs import json_text, named, types_of


def orderable_column(df: DataFrame, name: str) -> Column:
    """Return a column of a frame, whatever its case, as a value that Spark can order.

    Examples
    --------
    >>> df = spark.sql("SELECT map('b', 1, 'a', 2) AS Tags")
    >>> df.select(orderable_column(df, "tags").alias("entries")).first().entries
    [Row(key='a', value=2), Row(key='b', value=1)]
    """
    kind = types_of(df)[name.lower()]
    return orderable(named(name), kind)


def orderable(value: Column, kind: DataType) -> Column:
    """Return a value as one that Spark can compare and order.

    Maps become their sorted entries; a variant, and what holds one or a map, becomes its JSON text.

    Examples
    --------
    >>> from pyspark.sql.types import VariantType
    >>> variant = orderable(F.parse_json(F.lit('{"a": 1}')), VariantType())
    >>> spark.range(1).select(variant.alias("text")).first().text
    '{"a":1}'
    """
    if isinstance(kind, MapType) and _has_orderable_entries(kind):
        entries = F.map_entries(value)
        return F.array_sort(entries)
    if _is_unorderable(kind):
        return json_text(value)
    return value


def _has_orderable_entries(kind: MapType) -> bool:
    parts = (kind.keyType, kind.valueType)
    return not any(map(_is_unorderable, parts))


def _is_unorderable(kind: DataType) -> bool:
    if isinstance(kind, StructType):
        return any(_is_unorderable(field.dataType) for field in kind.fields)
    if isinstance(kind, ArrayType):
        return _is_unorderable(kind.elementType)

    return isinstance(kind, MapType | VariantType)
