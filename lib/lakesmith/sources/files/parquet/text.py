"""Turn the values of Parquet into text, and rescue rows whose text is not UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DataType,
    DoubleType,
    FloatType,
    MapType,
    StringType,
    StructField,
    StructType,
)

from lakesmith.column_refs import WITH_NULLS, json_text
from lakesmith.sources.files.text_lines import CORRUPT
from lakesmith.transforms.values.float_digits import float_digits

BYTES = "_bytes"


@dataclass(frozen=True)
class Field:
    """A column of a Parquet file: its name there, its type, and the column of the frame."""

    name: str
    kind: DataType
    value: Column

    @property
    def text(self) -> Column:
        """The value as text, nested ones as JSON."""
        if isinstance(self.kind, FloatType | DoubleType):
            return float_digits(self.value, self.kind)
        if not isinstance(self.kind, StructType | ArrayType | MapType):
            return self.value.cast("string")
        kind = with_text_keys(self.kind)
        if kind == self.kind:
            return json_text(self.value, WITH_NULLS)
        value = self.value.cast(kind)
        return json_text(value, WITH_NULLS)

    @property
    def is_no_text(self) -> Column | None:
        """Whether the value holds text that is not UTF-8; None for a type without text."""
        if isinstance(self.kind, BinaryType):
            return is_no_text(self.text, StringType())
        return is_no_text(self.value, self.kind)

    @property
    def bytes(self) -> Column:
        """The value in hex where it holds text that is not UTF-8, else NULL."""
        in_hex = _in_hex(self.value, self.kind)
        return F.when(any_no_text([self]), in_hex)


def any_no_text(fields: Iterable[Field]) -> Column:
    """Return whether one of the columns holds text that is not UTF-8, never NULL."""
    problem = _any_of([field.is_no_text for field in fields])
    if problem is None:
        return F.lit(False)
    return problem


def rescue_row(fields: Sequence[Field]) -> Column:
    """Return a whole row as the JSON object that `_rescued` holds, under ``_corrupt_record``.

    Bytes that are not UTF-8 are also kept in hex under ``_bytes``, so that nothing is lost.
    """
    texts = [field.text.alias(field.name) for field in fields]
    row = F.to_json(F.struct(*texts))
    whole = F.struct(row.alias(CORRUPT), _bytes_of(fields))
    return F.to_json(whole)


def rescue_undeclared(fields: Sequence[Field]) -> Column:
    """Return undeclared fields as a JSON object, in hex under ``_bytes`` where they are no text."""
    texts = [field.text.alias(field.name) for field in fields]
    row = F.struct(*texts, _bytes_of(fields))
    return F.to_json(row)


def _bytes_of(fields: Sequence[Field]) -> Column:
    held = [
        field.bytes.alias(field.name)
        for field in fields
        if field.is_no_text is not None
    ]
    kept = F.struct(*held) if held else F.lit(None)
    return kept.alias(BYTES)


def with_text_keys(kind: DataType) -> DataType:
    """Return a type with text in place of bytes as the keys of maps.

    Spark's JSON writer shows such a key as the address of an array in Java, not as the bytes.

    Examples
    --------
    >>> with_text_keys(MapType(BinaryType(), BinaryType())).simpleString()
    'map<string,binary>'
    """
    if isinstance(kind, ArrayType):
        return ArrayType(with_text_keys(kind.elementType), kind.containsNull)
    if isinstance(kind, MapType):
        key = _key_of(kind)
        return MapType(key, with_text_keys(kind.valueType), kind.valueContainsNull)
    if isinstance(kind, StructType):
        fields = [
            StructField(field.name, with_text_keys(field.dataType), field.nullable)
            for field in kind.fields
        ]
        return StructType(fields)
    return kind


def _key_of(kind: MapType) -> DataType:
    is_bytes = isinstance(kind.keyType, BinaryType)
    return StringType() if is_bytes else with_text_keys(kind.keyType)


def is_no_text(value: Column, kind: DataType) -> Column | None:
    """Return whether a value, or a value within it, is text that is not UTF-8.

    Parameters
    ----------
    value : Column
    kind : DataType

    Returns
    -------
    Column or None
        NULL or false where all is well. None for a type that holds no text. Bytes within nested
        values are written as base64, so they are well; as keys of a map they are text.

    Examples
    --------
    >>> rows = spark.sql("select array('a', cast(x'ff' as string)) as names")
    >>> rows.select(is_no_text(rows.names, rows.schema["names"].dataType)).first()[0]
    True
    """
    if isinstance(kind, StringType):
        return ~F.call_function("is_valid_utf8", value)
    if isinstance(kind, ArrayType):
        return _any_is_no_text(value, kind.elementType)
    if isinstance(kind, MapType):
        key = _key_of(kind)
        keys = F.map_keys(value).cast(ArrayType(key))
        values = F.map_values(value)
        return _any_of(
            [_any_is_no_text(keys, key), _any_is_no_text(values, kind.valueType)]
        )
    if isinstance(kind, StructType):
        fields = [
            is_no_text(value.getField(field.name), field.dataType)
            for field in kind.fields
        ]
        return _any_of(fields)
    return None


def _any_is_no_text(values: Column, kind: DataType) -> Column | None:
    if is_no_text(F.lit(None), kind) is None:
        return None
    return F.exists(values, lambda value: _given(is_no_text(value, kind)))


def _any_of(problems: Sequence[Column | None]) -> Column | None:
    known = [_given(problem) for problem in problems if problem is not None]
    if not known:
        return None
    return reduce(or_, known)


def _given(problem: Column | None) -> Column:
    no_problem = F.lit(False)
    if problem is None:
        return no_problem
    return F.coalesce(problem, no_problem)


def _in_hex(value: Column, kind: DataType) -> Column:
    """Return a value with hex in place of text and bytes, nested ones as JSON."""
    as_hex = _hex_within(value, kind)
    is_nested = isinstance(kind, StructType | ArrayType | MapType)
    return json_text(as_hex) if is_nested else as_hex


def _hex_within(value: Column, kind: DataType) -> Column:
    if isinstance(kind, StringType | BinaryType):
        return F.hex(value)
    if isinstance(kind, ArrayType):
        return F.transform(value, lambda item: _hex_within(item, kind.elementType))
    if isinstance(kind, MapType):
        of_value = kind.valueType
        of_key = kind.keyType
        values = F.transform_values(value, lambda _, item: _hex_within(item, of_value))
        return F.transform_keys(values, lambda key, _: _hex_within(key, of_key))
    if isinstance(kind, StructType):
        fields: list[Column] = []
        for field in kind.fields:
            part = value.getField(field.name)
            shown = _hex_within(part, field.dataType)
            fields.append(shown.alias(field.name))
        return F.when(value.isNotNull(), F.struct(*fields))
    return value
