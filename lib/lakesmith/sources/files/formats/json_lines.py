"""Judge and read files with a JSON object a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.files.formats.base import FileFormat, file_format
from lakesmith.sources.files.heads import json_head, read_head
from lakesmith.sources.files.json_files import read_json

if TYPE_CHECKING:
    from lakesmith.spec.model.source import FilesSource


@file_format
class JsonLines(FileFormat):
    """Files without a header, whose lines name their fields."""

    name = "json"
    may_lack_fields = True

    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return why the beginning is no line of JSON, or an empty text."""
        return json_head(read_head(spark, path))

    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the objects of the lines.

        *Columns*: as `read_json` returns them, with ``_arrived``.
        """
        return read_json(spark, source, paths)

    def shortest_row(self, source: FilesSource) -> int:
        """Return the bytes of an empty object and its line end."""
        return len("{}\n")
