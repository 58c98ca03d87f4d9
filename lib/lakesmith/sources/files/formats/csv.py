"""Judge and read CSV files by their headers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.files.csv_files import read_csv
from lakesmith.sources.files.encodings import codec_of
from lakesmith.sources.files.formats.base import FileFormat, file_format
from lakesmith.sources.files.heads import csv_head, has_unclosed_quote, read_head

if TYPE_CHECKING:
    from lakesmith.spec.model.source import FilesSource

_UNCLOSED = (
    "a quote is never closed (the file has an odd number of quotes): double each quote"
    " inside a field"
)


@file_format
class Csv(FileFormat):
    """Files whose first line names the fields of the others."""

    name = "csv"

    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return what is wrong with the header, or with the quotes of a ``multiline`` file."""
        data = read_head(spark, path)
        reason = csv_head(data, source).reason
        if reason or not source.multiline:
            return reason
        codec = codec_of(data, source.encoding)
        return _UNCLOSED if has_unclosed_quote(path, codec) else ""

    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the rows behind the headers.

        *Columns*: as `read_csv` returns them.
        """
        heads = {path: csv_head(read_head(spark, path), source) for path in paths}
        return read_csv(spark, source, heads)
