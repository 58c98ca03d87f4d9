"""Read Parquet files as text columns, matched by name whatever the case."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    MapType,
    StructField,
    StructType,
)

from lakesmith.column_refs import named, null
from lakesmith.paths import literal_path
from lakesmith.sources.files.parquet.footers import Footer, footer_of
from lakesmith.sources.files.parquet.text import (
    Field,
    any_no_text,
    rescue_row,
    rescue_undeclared,
)
from lakesmith.sources.files.parquet.types import (
    LONG_DIGITS,
    MOST_DIGITS,
    byte_array_decimals,
)
from lakesmith.sources.files.text_lines import rescue_fields

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

Fields = Mapping[str, str]
# Marks the type of a column whose decimals are byte arrays.
IN_BYTES = " in bytes"
FEW_FILES = 20


def parquet_fields(spark: SparkSession, path: str) -> Fields:
    """Return name and type of each column in the footer of a Parquet file.

    A type says where values must be read as decimals of more digits, as `read_parquet` does.
    """
    footer = footer_of(path)
    if footer is None:
        return dict(spark.read.parquet(path).dtypes)
    return footer_fields(footer)


def footer_fields(footer: Footer) -> Fields:
    """Return name and type of each column in a footer."""
    in_bytes = byte_array_decimals(footer)
    schema = footer.metadata.schema.to_arrow_schema()
    return {
        field.name: f"{field.type}{IN_BYTES if field.name in in_bytes else ''}"
        for field in schema
    }


def hole_of(footer: Footer) -> str:
    """Return what a Parquet file lacks of what its footer lists, or an empty text.

    Spark's reader leaves out row groups whose place is beyond the end of the file, without an
    error.
    """
    metadata = footer.metadata
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    rows = sum(group.num_rows for group in groups)
    if rows != metadata.num_rows:
        return (
            f"the footer says {metadata.num_rows} rows, its row groups have {rows}:"
            " the file is damaged, land it again"
        )
    # Behind the data are the footer, its length and the mark of the format.
    end = footer.size - metadata.serialized_size - 8
    lost = sum(group.num_rows for group in groups if _end_of(group) > end)
    if lost:
        return (
            f"data of {lost} of its {metadata.num_rows} rows is missing:"
            " the file has a hole, land it again"
        )
    return ""


def _end_of(group: Any) -> int:
    """Return the place behind the last byte of a row group."""
    ends = [0]
    for index in range(group.num_columns):
        chunk = group.column(index)
        start = _start_of(chunk)
        ends.append(start + chunk.total_compressed_size)
    return max(ends)


def _start_of(chunk: Any) -> int:
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    return int(start)


def parquet_rows(spark: SparkSession, path: str) -> int:
    """Return the number of rows of a Parquet file, by its footer where pyarrow reaches it."""
    footer = footer_of(path)
    if footer is None:
        return spark.read.parquet(path).count()
    return int(footer.metadata.num_rows)


def footer_rows(paths: Iterable[str]) -> int | None:
    """Return the number of rows in the footers of Parquet files, or None when one is not known."""
    footers = [footer_of(path) for path in paths]
    known = [int(footer.metadata.num_rows) for footer in footers if footer]
    if len(known) != len(footers):
        return None
    return sum(known)


def rows_of_few(paths: Collection[str]) -> int | None:
    """Return the rows of few Parquet files, or None where reading them will say what is wrong.

    Examples
    --------
    >>> rows_of_few(["in/no_such.parquet"])
    """
    if len(paths) > FEW_FILES:
        return None
    try:
        return footer_rows(paths)
    except (OSError, pa.ArrowException):
        return None


def read_parquet(
    spark: SparkSession, source: FilesSource, fields: Mapping[str, Fields]
) -> DataFrame:
    """Read Parquet files whose columns are known.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns as STRING (nested values as JSON text), ``_rescued``
        STRING (JSON: undeclared columns, or the whole row under ``_corrupt_record`` when a declared
        column holds text that is not UTF-8) and ``_source_file`` STRING.

    Notes
    -----
    One scan a distinct list of columns and types.
    """
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for path, columns in fields.items():
        schema = tuple(columns.items())
        same = groups.setdefault(schema, [])
        same.append(path)
    frames = [
        _read_group(spark, source, paths, _in_bytes(columns))
        for columns, paths in groups.items()
    ]
    return reduce(DataFrame.unionByName, frames)


def _in_bytes(columns: Iterable[tuple[str, str]]) -> frozenset[str]:
    names = [name for name, kind in columns if kind.endswith(IN_BYTES)]
    return frozenset(names)


def _read_group(
    spark: SparkSession,
    source: FilesSource,
    paths: Sequence[str],
    in_bytes: Collection[str],
) -> DataFrame:
    names = [literal_path(path) for path in paths]
    rows = spark.read.parquet(*names)
    if in_bytes:
        schema = widened(rows.schema, in_bytes)
        rows = spark.read.schema(schema).parquet(*names)
    fields: list[Field] = []
    values: list[Column] = []
    for index, field in enumerate(rows.schema.fields):
        name = f"c{index}"
        fields.append(Field(field.name, field.dataType, F.col(name)))
        values.append(named(field.name).alias(name))
    file = F.col("_metadata.file_path").alias("_source_file")
    numbered = rows.select(*values, file)
    return _as_text(numbered, fields, source)


def _as_text(
    values: DataFrame, fields: Sequence[Field], source: FilesSource
) -> DataFrame:
    """Return the declared columns as text. A row of which one is not UTF-8 is rescued whole."""
    by_lower = {field.name.lower(): field for field in fields}
    names = source.fields
    declared = [field for name, field in by_lower.items() if name in names]
    extra = [field for name, field in by_lower.items() if name not in names]
    # A flag is one column, or each column that asks for it would look at all text again.
    flags = {"bad": any_no_text(declared), "odd": any_no_text(extra)}
    flagged = values.withColumns(flags)
    absent = null("string")
    is_good = ~F.col("bad")
    texts = {
        names[name]: field.text for name, field in by_lower.items() if name in names
    }
    selected: list[Column] = []
    for name in source.columns:
        text = texts.get(name, absent)
        selected.append(F.when(is_good, text).alias(name))
    rescued = _rescued(fields, extra)
    return flagged.select(*selected, rescued, "_source_file")


def _rescued(fields: Sequence[Field], extra: Sequence[Field]) -> Column:
    names = [field.name for field in extra]
    texts = [field.text for field in extra]
    odd = F.when(F.col("odd"), rescue_undeclared(extra))
    undeclared = odd.otherwise(rescue_fields(names, texts))
    bad = F.when(F.col("bad"), rescue_row(fields))
    rescued = bad.otherwise(undeclared)
    return rescued.alias("_rescued")


def widened(schema: StructType, names: Collection[str]) -> StructType:
    """Return a schema with decimals of the most digits in some columns, which are read from bytes.

    The text of a value depends on its scale alone, which stays.

    Examples
    --------
    >>> schema = StructType().add("a", DecimalType(9, 2)).add("b", DecimalType(9, 2))
    >>> widened(schema, {"a"}).simpleString()
    'struct<a:decimal(38,2),b:decimal(9,2)>'
    """
    fields = [
        StructField(field.name, _wide(field.dataType), field.nullable)
        if field.name in names
        else field
        for field in schema.fields
    ]
    return StructType(fields)


def _wide(kind: DataType) -> DataType:
    if isinstance(kind, DecimalType):
        is_short = kind.precision <= LONG_DIGITS
        return DecimalType(MOST_DIGITS, kind.scale) if is_short else kind
    if isinstance(kind, ArrayType):
        return ArrayType(_wide(kind.elementType), kind.containsNull)
    if isinstance(kind, MapType):
        return MapType(_wide(kind.keyType), _wide(kind.valueType))
    if isinstance(kind, StructType):
        return widened(kind, kind.names)
    return kind
