"""Parquet files to a frame of text columns, matched by name whatever the case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.paths import local_path
from lakesmith.sources.text_lines import rescue_fields
from lakesmith.spec.model import FilesSource


def parquet_names(spark: SparkSession, path: str) -> tuple[str, ...]:
    """Return the column names in the footer of a Parquet file; an unreadable file raises."""
    local = local_path(path)
    if local is None:
        return tuple(spark.read.parquet(path).columns)
    return tuple(pq.read_schema(local).names)


def read_parquet(spark: SparkSession, source: FilesSource, names: Mapping[str, tuple[str, ...]]) -> DataFrame:
    """Read Parquet files whose column names are known.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns as STRING (nested values as JSON text), ``_rescued`` STRING (JSON of
        undeclared columns) and ``_source_file`` STRING.

    Notes
    -----
    One scan a file, since files may differ in types.
    """
    frames = [_read_one(spark, source, path) for path in names]
    return reduce(DataFrame.unionByName, frames)


def _read_one(spark: SparkSession, source: FilesSource, path: str) -> DataFrame:
    rows = spark.read.parquet(path)
    by_name = {field.name.lower(): field for field in rows.schema.fields}
    declared = {name.lower() for name in source.columns}
    extra = [field.name for lower, field in by_name.items() if lower not in declared]

    def text(name: str) -> Column:
        field = by_name[name.lower()]
        nested = field.dataType.typeName() in ("struct", "array", "map")
        column = F.col(f"`{field.name}`")
        return F.to_json(column) if nested else column.cast("string")

    columns = [text(name).alias(name) for name in source.columns]
    rescued = rescue_fields(extra, [text(name) for name in extra]).alias("_rescued")
    return rows.select(*columns, rescued, F.col("_metadata.file_path").alias("_source_file"))
