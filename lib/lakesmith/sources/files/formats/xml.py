"""Judge and read XML files, whose records are the elements of one tag."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.files.documents.read import Parser, read_documents
from lakesmith.sources.files.documents.xml import beginning_problem, xml_records
from lakesmith.sources.files.formats.base import FileFormat, file_format
from lakesmith.sources.files.heads import HEAD_BYTES, read_head
from lakesmith.sources.files.json_files import json_rows

if TYPE_CHECKING:
    from lakesmith.sources.files.listing import FileEntry
    from lakesmith.spec.model.source import FilesSource


@file_format
class Xml(FileFormat):
    """Files without a header, whose elements name their fields."""

    name = "xml"
    may_lack_fields = True

    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return why the beginning is not of XML, or an empty text."""
        head = read_head(spark, path)
        is_whole = len(head) < HEAD_BYTES
        return beginning_problem(head, is_whole, _tag(source), source.skip_tags)

    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the records of the elements.

        *Columns*: as `read_json` returns them, with ``_arrived``.
        """
        records = read_documents(spark, paths, _parser(source))
        return records.transform(json_rows(source))

    def estimated_rows(
        self, spark: SparkSession, source: FilesSource, file: FileEntry
    ) -> int:
        """Return about how many rows a file has, by the tags it begins with."""
        head = read_head(spark, file.path)
        tag = f"{_tag(source)}>"
        return file.size * head.count(tag.encode()) // max(len(head), 1)

    def shortest_row(self, source: FilesSource) -> int:
        """Return the bytes of an empty element."""
        return len("<a/>")


def _tag(source: FilesSource) -> str:
    return source.row_tag or ""


def _parser(source: FilesSource) -> Parser:
    return partial(xml_records, row_tag=_tag(source), skipped=source.skip_tags)
