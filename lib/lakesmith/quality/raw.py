"""Read the raw input of a row from `_raw` and `_rescued`, and write it as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import WITH_NULLS, column_in, json_text, named
from lakesmith.columns import GATE, IMAGE_FIELD, RAW, RESCUED, UNFIT
from lakesmith.spec.step_kinds.responses import MARKER

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn

_STRUCT = "struct<"
_BYTES = "binary"


def raw_field(columns: Mapping[str, str], name: str) -> Column | None:
    """Return a field of `_raw` as text, whatever the case of its name. Bytes as hex.

    Parameters
    ----------
    columns : mapping of str to str
        The columns on the frame and their types.
    name : str

    Returns
    -------
    Column or None
        None when there is no such field.

    Examples
    --------
    >>> df = spark.sql("select named_struct('Qty', 6) as _raw")
    >>> df.select(raw_field(dict(df.dtypes), "qty")).first()[0]
    '6'
    >>> raw_field({"qty": "int"}, "qty") is None
    True
    """
    field, kind = _field(columns, name)
    if not field:
        return None
    value = column_in(RAW, field)
    return F.hex(value) if kind == _BYTES else value.cast("string")


def raw_source(
    columns: Mapping[str, str], name: str, column: ContractColumn | None
) -> Column | None:
    """Return the raw text that a contract column was cast from, if it is at hand.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> qty = ContractColumn(type="int", source="Qty")
    >>> df = spark.sql("select named_struct('Qty', 6) as _raw")
    >>> df.select(raw_source(dict(df.dtypes), "amount", qty)).first()[0]
    '6'
    """
    source = column.source if column and column.source else name
    return raw_field(columns, source)


def is_raw_bytes(
    columns: Mapping[str, str], name: str, column: ContractColumn | None
) -> bool:
    """Return whether a contract column was made of bytes.

    Examples
    --------
    >>> is_raw_bytes({"_raw": "struct<note:binary>"}, "note", None)
    True
    """
    source = column.source if column and column.source else name
    _, kind = _field(columns, source)
    return kind == _BYTES


def rescued(columns: Mapping[str, str]) -> Column | None:
    """Return the rescued text of the row, if there is any.

    Examples
    --------
    >>> df = spark.sql("select '{}' as _rescued")
    >>> df.select(rescued(dict(df.dtypes))).first()[0]
    '{}'
    >>> rescued({"id": "int"}) is None
    True
    """
    field = raw_field(columns, RESCUED)
    if field is None and RESCUED in columns:
        return F.col(RESCUED)
    return field


def raw_text(df: DataFrame) -> DataFrame:
    """Return the raw input of each row as JSON text.

    Notes
    -----
    *Columns*: needs `_raw` where there is one -> exactly `_raw` (string), as `rejected`
    writes it.

    Examples
    --------
    >>> spark.range(1).transform(raw_text).first()[0]
    '{"id":0}'
    """
    return df.select(raw_json(df).alias(RAW))


def raw_type(df: DataFrame) -> StructType:
    """Return the fields that the raw input of rows may have, with their types.

    Notes
    -----
    *Columns*: those of `raw_text`. No Spark job.

    Examples
    --------
    >>> raw_type(spark.sql("SELECT 1 AS id, named_struct('Id', '1') AS _raw")).simpleString()
    'struct<id:int,Id:string>'
    """
    shown = df.select(*_shown(df)).schema
    raw = df.schema[RAW].dataType if RAW in df.columns else shown
    of_raw = raw.fields if isinstance(raw, StructType) else []
    fields = {field.name: field for field in (*shown.fields, *of_raw)}
    return StructType(list(fields.values()))


def raw_json(df: DataFrame) -> Column:
    """Return the raw input of each row as JSON text, its own columns where there is none.

    Examples
    --------
    >>> df = spark.sql("SELECT 1 AS id, named_struct('Id', '1') AS _raw")
    >>> df.select(raw_json(df)).first()[0]
    '{"Id":"1"}'
    """
    shown = json_text(F.struct(*_shown(df)), WITH_NULLS)
    if RAW not in df.columns:
        return shown
    raw = json_text(named(RAW), WITH_NULLS)
    # SQL may lose the raw input of the rows that it makes.
    if UNFIT in df.columns:
        return F.coalesce(raw, shown)
    return raw


def _shown(df: DataFrame) -> list[Column]:
    """List the columns that stand for the raw input of a row that has none."""
    added = (RAW, GATE, UNFIT)
    names = [name for name in df.columns if not name.startswith(MARKER)]
    return [named(name) for name in names if name not in added]


def _field(columns: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return name and type of a field of `_raw`, empty where there is none."""
    fields = {field.lower(): (field, kind) for field, kind in _fields(columns)}
    # The image of a change event comes before its envelope.
    of_image = fields.get(f"{IMAGE_FIELD}{name}".lower())
    return of_image or fields.get(name.lower()) or ("", "")


def types_with_raw(df: DataFrame) -> dict[str, str]:
    """Return the columns of a frame and their types, that of `_raw` as JSON.

    Any text may be the name of a field, which the short text of a struct does not quote.

    Examples
    --------
    >>> df = spark.sql("select 1 as id, named_struct('a<b', '6') as _raw")
    >>> df.select(raw_field(types_with_raw(df), "A<b")).first()[0]
    '6'
    """
    types = dict(df.dtypes)
    if RAW in types:
        types[RAW] = df.schema[RAW].dataType.json()
    return types


def _fields(columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and type of each outer field of `_raw`."""
    kind = columns.get(RAW, "")
    if kind.startswith("{"):
        for field in StructType.fromJson(json.loads(kind)).fields:
            yield field.name, field.dataType.simpleString()
        return
    if not kind.startswith(_STRUCT):
        return
    depth = 0
    part = name = ""
    for sign in f"{kind.removeprefix(_STRUCT).removesuffix('>')},":
        depth += sign in "<("
        depth -= sign in ">)"
        if depth == 0 and sign == ":" and not name:
            name = part
            part = ""
        elif depth == 0 and sign == ",":
            yield name, part
            part = name = ""
        else:
            part += sign
