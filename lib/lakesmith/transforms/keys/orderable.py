"""Values of any type as something that Spark can compare and order."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StructType, VariantType

from lakesmith.column_refs import named
from lakesmith.json_text import json_text


def orderable_column(df: DataFrame, name: str) -> Column:
    """Return a column of a frame, found whatever its case, as something that Spark can compare and order."""
    field = next(
        field for field in df.schema.fields if field.name.lower() == name.lower()
    )
    return orderable(named(name), field.dataType)


def orderable(value: Column, kind: DataType) -> Column:
    """Return a value as something that Spark can compare and order.

    Maps become their sorted entries; a variant, and what holds one or a map, becomes its JSON text.
    """
    if (
        isinstance(kind, MapType)
        and not _is_unorderable(kind.keyType)
        and not _is_unorderable(kind.valueType)
    ):
        return F.array_sort(F.map_entries(value))
    return json_text(value) if _is_unorderable(kind) else value


def _is_unorderable(kind: DataType) -> bool:
    if isinstance(kind, StructType):
        return any(_is_unorderable(field.dataType) for field in kind.fields)
    if isinstance(kind, ArrayType):
        return _is_unorderable(kind.elementType)
    return isinstance(kind, MapType | VariantType)
