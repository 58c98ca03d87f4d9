"""Parquet files to a frame of text columns, matched by name whatever the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField

from lakesmith.column_refs import json_text, named
from lakesmith.paths import literal_path, local_path
from lakesmith.sources.files.text_lines import rescue_fields

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

Fields = Mapping[str, str]


def parquet_fields(spark: SparkSession, path: str) -> Fields:
    """Return name and type of each column in the footer of a Parquet file."""
    local = local_path(path)
    if local is None:
        return dict(spark.read.parquet(path).dtypes)
    schema = pq.read_schema(local)
    return {field.name: str(field.type) for field in schema}


def nanosecond_columns(path: str) -> list[str]:
    """Return the columns of a local Parquet file whose time unit is finer than microseconds."""
    local = local_path(path)
    if local is None:
        return []
    schema = pq.read_metadata(local).schema
    columns = [schema.column(index) for index in range(len(schema))]
    return [
        column.path for column in columns if "nanoseconds" in str(column.logical_type)
    ]


def hole_of(path: str) -> str:
    """Return what a local Parquet file lacks of what its footer lists, or an empty text.

    Spark's reader leaves out row groups whose place is beyond the end of the file, without an
    error.
    """
    local = local_path(path)
    if local is None:
        return ""
    footer = pq.read_metadata(local)
    groups = [footer.row_group(index) for index in range(footer.num_row_groups)]
    rows = sum(group.num_rows for group in groups)
    if rows != footer.num_rows:
        return (
            f"the footer says {footer.num_rows} rows, its row groups have {rows}:"
            " the file is damaged, land it again"
        )
    # Behind the data are the footer, its length and the mark of the format.
    end = local.stat().st_size - footer.serialized_size - 8
    lost = sum(group.num_rows for group in groups if _end_of(group) > end)
    if lost:
        return (
            f"data of {lost} of its {footer.num_rows} rows is missing:"
            " the file has a hole, land it again"
        )
    return ""


def _end_of(group: Any) -> int:
    """Return the place behind the last byte of a row group."""
    chunks = [group.column(index) for index in range(group.num_columns)]
    ends = [_start_of(chunk) + chunk.total_compressed_size for chunk in chunks]
    return max(ends, default=0)


def _start_of(chunk: Any) -> int:
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    return int(start)


def parquet_rows(spark: SparkSession, path: str) -> int:
    """Return the number of rows in the footer of a Parquet file."""
    local = local_path(path)
    return (
        int(pq.read_metadata(local).num_rows)
        if local
        else spark.read.parquet(path).count()
    )


def read_parquet(
    spark: SparkSession, source: FilesSource, fields: Mapping[str, Fields]
) -> DataFrame:
    """Read Parquet files whose columns are known.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns as STRING (nested values as JSON text), ``_rescued``
        STRING (JSON of undeclared columns) and ``_source_file`` STRING.

    Notes
    -----
    One scan a distinct list of columns and types.
    """
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for path, columns in fields.items():
        same = groups.setdefault(tuple(columns.items()), [])
        same.append(path)
    frames = [_read_group(spark, source, paths) for paths in groups.values()]
    return reduce(DataFrame.unionByName, frames)


def _read_group(
    spark: SparkSession, source: FilesSource, paths: Sequence[str]
) -> DataFrame:
    rows = spark.read.parquet(*[literal_path(path) for path in paths])
    texts = {field.name: _text(field) for field in rows.schema.fields}
    by_lower = {name.lower(): text for name, text in texts.items()}
    absent = F.lit(None).cast("string")
    columns = [
        by_lower.get(name.lower(), absent).alias(name) for name in source.columns
    ]
    declared = {name.lower() for name in source.columns}
    extra = [name for name in texts if name.lower() not in declared]
    rescued = rescue_fields(extra, [texts[name] for name in extra])
    return rows.select(
        *columns,
        rescued.alias("_rescued"),
        F.col("_metadata.file_path").alias("_source_file"),
    )


def _text(field: StructField) -> Column:
    column = named(field.name)
    return (
        json_text(column)
        if field.dataType.typeName() in ("struct", "array", "map")
        else column.cast("string")
    )
