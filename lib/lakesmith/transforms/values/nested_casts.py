"""Cast values within structs, lists and maps, so that all of them are kept or the whole is NULL."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StructType

from lakesmith.errors import StepError

Cast = Callable[[Column, DataType, DataType], Column]


def cast_nested(
    value: Column, source_type: DataType, target_type: DataType, cast: Cast
) -> Column:
    """Cast a struct, a list or a map value by value.

    Parameters
    ----------
    value : Column
    source_type, target_type : DataType
        Both structs with fields of the same names, both lists or both maps.
    cast : callable
        Casts one value, with NULL for what does not fit exactly.

    Returns
    -------
    Column
        Fields of a struct go by name. NULL where any value within is lost.

    Raises
    ------
    StepError
        LS303 where the two types are of another shape.

    Examples
    --------
    >>> from lakesmith.transforms.values.casting import cast_or_null
    >>> numbers = spark.sql("select explode(array(array('1', null), array('1', 'x'))) as v")
    >>> source = DataType.fromDDL("array<string>")
    >>> target = DataType.fromDDL("array<int>")
    >>> typed = cast_nested(F.col("v"), source, target, cast_or_null)
    >>> [row[0] for row in numbers.select(typed).collect()]
    [[1, None], None]
    """
    if isinstance(source_type, ArrayType) and isinstance(target_type, ArrayType):
        return _list(value, source_type, target_type, cast)
    if isinstance(source_type, MapType) and isinstance(target_type, MapType):
        return _map(value, source_type, target_type, cast)
    if isinstance(source_type, StructType) and isinstance(target_type, StructType):
        return _struct(value, source_type, target_type, cast)
    raise _other_shape(source_type, target_type)


def _list(value: Column, source: ArrayType, target: ArrayType, cast: Cast) -> Column:
    def typed(item: Column) -> Column:
        return cast(item, source.elementType, target.elementType)

    def is_lost(item: Column) -> Column:
        return item.isNotNull() & typed(item).isNull()

    has_lost = F.exists(value, is_lost)
    items = F.transform(value, typed)
    return F.when(~has_lost, items)


def _map(value: Column, source: MapType, target: MapType, cast: Cast) -> Column:
    keys = _list(
        F.map_keys(value), ArrayType(source.keyType), ArrayType(target.keyType), cast
    )
    values = _list(
        F.map_values(value),
        ArrayType(source.valueType),
        ArrayType(target.valueType),
        cast,
    )
    # Two keys may become one, such as '1' and '01', and Spark raises on such a map.
    are_different = F.size(F.array_distinct(keys)) == F.size(keys)
    is_whole = keys.isNotNull() & values.isNotNull() & are_different
    return F.when(is_whole, F.map_from_arrays(keys, values))


def _struct(
    value: Column, source: StructType, target: StructType, cast: Cast
) -> Column:
    found = {field.name.lower(): field for field in source.fields}
    wanted = [field.name.lower() for field in target.fields]
    if sorted(found) != sorted(wanted):
        raise _other_shape(source, target)
    is_lost = value.isNull()
    fields: list[Column] = []
    for field in target.fields:
        of_source = found[field.name.lower()]
        old = value.getField(of_source.name)
        new = cast(old, of_source.dataType, field.dataType)
        is_lost |= old.isNotNull() & new.isNull()
        fields.append(new.alias(field.name))
    made = F.struct(*fields)
    return F.when(~is_lost, made)


def _other_shape(source: DataType, target: DataType) -> StepError:
    return StepError(
        f"a column of type {source.simpleString()} cannot become {target.simpleString()}",
        code="LS303",
        hint="name the same fields in the contract, or make the value in a step: text is parsed by"
        " from_json, with `source` left out of the contract column",
    )
