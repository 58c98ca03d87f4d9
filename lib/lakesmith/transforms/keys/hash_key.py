"""Make a key of the row by a SHA-256 that no separator and no NULL can confuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StructType

from lakesmith.column_refs import WITH_NULLS, json_text, named, require, types_of
from lakesmith.columns import RAW, quoted
from lakesmith.types import Transform


def hash_key(*, name: str, of: Literal["raw"] | Sequence[str] = "raw") -> Transform:
    """Add a column with the SHA-256 of fields, as lower-case hex text.

    Parameters
    ----------
    name : str
        The new column.
    of : str or sequence of str
        ``raw`` for the fields of the raw input (those of `_raw` in their order, but for names
        beginning with `_`), or a list of columns.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a column, or `_raw`, is not there.

    Notes
    -----
    The hash is of ``<length in code points>:<value>`` for each field in order, or ``-;`` for NULL,
    in UTF-8. An empty text counts as NULL; nothing is trimmed; lists, maps and structs are
    written as JSON, and other types are cast to text first.

    *Columns*: needs `_raw` or the listed ones -> adds `name` (string of 64 characters, never NULL).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "a string, b string", [("x", None)])
    >>> df.transform(hash_key(name="id", of=["a", "b"])).first().id[:16]
    'e5dbc6d8ba65898a'
    """

    def apply(df: DataFrame) -> DataFrame:
        fields = _raw_fields(df) if of == "raw" else _listed_fields(df, of)
        parts = [_part(value, kind) for value, kind in fields]
        text = F.concat(*parts)

        return df.withColumn(name, F.sha2(text, 256))

    return apply


def _listed_fields(
    df: DataFrame, names: Sequence[str]
) -> list[tuple[Column, DataType]]:
    require(df, names, "hash_key")
    types = types_of(df)
    return [(named(name), types[name.lower()]) for name in names]


def _raw_fields(df: DataFrame) -> list[tuple[Column, DataType]]:
    require(df, [RAW], "hash_key")
    raw = df.schema[RAW].dataType
    fields = raw.fields if isinstance(raw, StructType) else []

    return [
        (F.col(f"{RAW}.{quoted(field.name)}"), field.dataType)
        for field in fields
        if not field.name.startswith("_")
    ]


def _part(value: Column, kind: DataType) -> Column:
    # The text of an array, a map or a struct does not tell its values apart.
    if isinstance(kind, ArrayType | MapType | StructType):
        text = json_text(value, WITH_NULLS)
    else:
        text = value.cast("string")
    length = F.length(text).cast("string")
    spelled = F.concat(length, F.lit(":"), text)
    is_given = text != ""

    return F.when(is_given, spelled).otherwise("-;")
