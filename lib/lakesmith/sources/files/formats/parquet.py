"""Judge and read Parquet files by their footers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.files.formats.base import FileFormat, file_format
from lakesmith.sources.files.heads import header_problem
from lakesmith.sources.files.parquet.files import (
    footer_fields,
    footer_rows,
    hole_of,
    parquet_fields,
    parquet_rows,
    read_parquet,
    rows_of_few,
)
from lakesmith.sources.files.parquet.footers import footer_of
from lakesmith.sources.files.parquet.types import (
    name_problem,
    schema_problem,
    type_problem,
)

if TYPE_CHECKING:
    from lakesmith.sources.files.listing import FileEntry
    from lakesmith.spec.model.source import FilesSource


@file_format
class Parquet(FileFormat):
    """Files whose footers say which rows and types they have."""

    name = "parquet"
    packs_itself = True

    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return what is wrong with the footer, or which pages are missing."""
        footer = footer_of(path)
        fields = footer_fields(footer) if footer else parquet_fields(spark, path)
        names = tuple(fields)
        problem = name_problem(names) or header_problem(names, source)
        if footer is None:
            return problem
        found = (type_problem(footer), problem, schema_problem(footer), hole_of(footer))
        return next(filter(None, found), "")

    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the rows with their values as text.

        *Columns*: as `read_parquet` returns them.
        """
        fields = {path: parquet_fields(spark, path) for path in paths}
        return read_parquet(spark, source, fields)

    def estimated_rows(
        self, spark: SparkSession, source: FilesSource, file: FileEntry
    ) -> int:
        """Return the rows that the footer has."""
        return parquet_rows(spark, file.path)

    def max_rows(
        self, source: FilesSource, paths: Sequence[str], size: int
    ) -> int | None:
        """Return the rows of few files, whose footers are read."""
        return rows_of_few(paths)

    def row_count(self, paths: Sequence[str]) -> int | None:
        """Return the rows that the footers have, where pyarrow reaches them."""
        return footer_rows(paths)
