"""Rebuild input rows from the raw text that a quarantine keeps of them."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    MapType,
    NullType,
    NumericType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
    VariantType,
    YearMonthIntervalType,
)

from lakesmith.column_refs import SIX_DIGITS, named
from lakesmith.columns import PATCH, RAW, ROW_DIGEST
from lakesmith.transforms.values.casting import cast_or_null
from lakesmith.types import Transform

# What the text of a value does not tell.
_OPAQUE = (
    CalendarIntervalType,
    DayTimeIntervalType,
    NullType,
    VariantType,
    YearMonthIntervalType,
)
# A lenient parser of JSON would read these from the beginning of a text.
_AS_TEXT = (NumericType, DateType, TimestampType, TimestampNTZType)
_UNPARSED = "_unparsed"
_PROBLEM = "problem"


def from_raw(input_type: StructType) -> Transform:
    """Rebuild the input rows of a table, with the corrections that were made to them.

    Parameters
    ----------
    input_type : StructType
        The columns of the input as the table reads it.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs ``_row_digest``, ``_raw`` and ``_patch`` STRING -> exactly those of the input,
    and ``_raw``, a struct of them and of ``_row_digest``, which goes with a row through all steps.

    Examples
    --------
    >>> rows = spark.sql('''SELECT 'd1' AS _row_digest, '{"Id":"7","Qty":"six"}' AS _raw,
    ...                     '{"Qty":"6"}' AS _patch''')
    >>> kind = StructType.fromDDL("Id STRING, Qty STRING")
    >>> rows.transform(from_raw(kind)).show()
    +---+---+----------+
    | Id|Qty|      _raw|
    +---+---+----------+
    |  7|  6|{7, 6, d1}|
    +---+---+----------+
    <BLANKLINE>
    """

    def apply(rows: DataFrame) -> DataFrame:
        parsed = _parsed(rows, input_type)
        is_given = F.json_object_keys(PATCH)
        values = [_value(name, is_given) for name in input_type.names]
        raw = F.struct(*values, named(ROW_DIGEST)).alias(RAW)
        return parsed.select(*values, raw)

    return apply


def problems_of(input_type: StructType) -> Transform:
    """Find why rows cannot be rebuilt exactly.

    Parameters
    ----------
    input_type : StructType

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs ``_raw`` and ``_patch`` STRING -> exactly ``problem`` STRING, NULL for a row
    that can be rebuilt.

    Examples
    --------
    >>> rows = spark.sql('''SELECT '{"Id":"7"}' AS _raw, NULL AS _patch''')
    >>> rows.transform(problems_of(StructType.fromDDL("Id STRING, Qty STRING"))).first()[0]
    'the raw row lacks Qty'
    """
    names = F.array(*map(F.lit, input_type.names))

    def apply(rows: DataFrame) -> DataFrame:
        keys = F.json_object_keys(RAW)
        corrected = F.json_object_keys(PATCH)
        none = F.array().cast("array<string>")
        given = F.coalesce(corrected, none)
        all_keys = F.concat(keys, given)
        missing = F.array_except(names, all_keys)
        unknown = F.array_except(all_keys, names)
        problem = (
            F.when(keys.isNull(), F.lit("the raw row is not kept"))
            .when(F.size(missing) > 0, _listed("the raw row lacks", missing))
            .when(F.size(unknown) > 0, _listed("the input no longer has", unknown))
            .when(_is_unparsed() | _is_no_number(input_type), _unfit(input_type))
        )
        parsed = _parsed(rows, input_type)
        return parsed.select(problem.alias(_PROBLEM))

    return apply


def opaque_columns(input_type: StructType) -> list[str]:
    """Return the columns whose values cannot be rebuilt from JSON text, with their types.

    Examples
    --------
    >>> opaque_columns(StructType.fromDDL("id INT, tags MAP<INT, STRING>"))
    ['tags (map<int,string>)']
    """
    return [
        f"{field.name} ({field.dataType.simpleString()})"
        for field in input_type.fields
        if is_opaque(field.dataType)
    ]


def is_opaque(kind: DataType) -> bool:
    """Return whether values of a type cannot be rebuilt from JSON text.

    Examples
    --------
    >>> is_opaque(VariantType())
    True
    """
    return any(map(_is_untold, _within(kind)))


def _parsed(rows: DataFrame, input_type: StructType) -> DataFrame:
    unparsed = StructField(_UNPARSED, StringType())
    wide = StructType([*input_type.fields, unparsed])
    options = {**SIX_DIGITS, "columnNameOfCorruptRecord": _UNPARSED}
    of_row = F.from_json(RAW, wide, options)
    # A correction is text, so that no digit of a number and no part of a time is lost.
    fields = [_as_text(field) for field in wide.fields]
    of_patch = F.from_json(PATCH, StructType(fields), options)
    parsed = rows.withColumns({"_of_row": of_row, "_of_patch": of_patch})

    typed = [_typed(field) for field in wide.fields]
    return parsed.withColumn("_of_patch", F.struct(*typed))


def _as_text(field: StructField) -> StructField:
    is_text = isinstance(field.dataType, _AS_TEXT)
    return StructField(field.name, StringType()) if is_text else field


def _typed(field: StructField) -> Column:
    value = named("_of_patch").getField(field.name)
    if isinstance(field.dataType, _AS_TEXT):
        value = cast_or_null(value, StringType(), field.dataType)
    return value.alias(field.name)


def _value(name: str, is_given: Column) -> Column:
    stored = named("_of_row").getField(name)
    corrected = named("_of_patch").getField(name)
    is_corrected = F.array_contains(is_given, name)
    value = F.when(is_corrected, corrected).otherwise(stored)
    return value.alias(name)


def _is_unparsed() -> Column:
    of_row = named("_of_row").getField(_UNPARSED)
    of_patch = named("_of_patch").getField(_UNPARSED)
    unparsed = F.coalesce(of_row, of_patch)
    return unparsed.isNotNull()


def _is_no_number(input_type: StructType) -> Column:
    """Return whether a correction of a number or a time is none, or none of its type."""
    texts = F.from_json(PATCH, "MAP<STRING, STRING>")
    lost = F.lit(False)
    for field in input_type.fields:
        if isinstance(field.dataType, _AS_TEXT):
            given = F.try_element_at(texts, F.lit(field.name))
            typed = named("_of_patch").getField(field.name)
            lost |= given.isNotNull() & typed.isNull()
    return lost


def _unfit(input_type: StructType) -> Column:
    """Return the problem of a value that its type cannot take, with the names of its columns."""
    found = []
    for name in input_type.names:
        for json, parsed in ((RAW, "_of_row"), (PATCH, "_of_patch")):
            texts = F.from_json(json, "MAP<STRING, STRING>")
            is_given = F.try_element_at(texts, F.lit(name)).isNotNull()
            is_lost = named(parsed).getField(name).isNull()
            found.append(F.when(is_given & is_lost, F.lit(name)))

    names = F.array_compact(F.array(*found))
    listed = F.array_join(F.array_distinct(names), ", ")
    what = F.lit("a value does not fit the type of its column")
    return F.concat_ws(": ", what, F.nullif(listed, F.lit("")))


def _listed(what: str, names: Column) -> Column:
    listed = F.array_join(names, ", ")
    return F.concat(F.lit(f"{what} "), listed)


def _within(kind: DataType) -> Iterator[DataType]:
    yield kind
    inner: list[DataType] = []
    if isinstance(kind, ArrayType):
        inner = [kind.elementType]
    elif isinstance(kind, MapType):
        inner = [kind.valueType]
    elif isinstance(kind, StructType):
        inner = [field.dataType for field in kind.fields]
    for one in inner:
        yield from _within(one)


def _is_untold(kind: DataType) -> bool:
    has_other_keys = isinstance(kind, MapType) and not isinstance(
        kind.keyType, StringType
    )
    return has_other_keys or isinstance(kind, _OPAQUE)
