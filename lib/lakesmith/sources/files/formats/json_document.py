"""Judge and read files that are one JSON document each."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.files.documents.json import json_records
from lakesmith.sources.files.documents.read import (
    Parser,
    UnreadableError,
    read_documents,
)
from lakesmith.sources.files.formats.base import FileFormat, file_format
from lakesmith.sources.files.heads import HEAD_BYTES, read_head
from lakesmith.sources.files.json_files import json_rows

if TYPE_CHECKING:
    from lakesmith.spec.model.source import FilesSource


@file_format
class JsonDocument(FileFormat):
    """Files whose records are the elements of an array."""

    name = "json_document"
    may_lack_fields = True

    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return why the beginning is not of JSON, or an empty text."""
        head = read_head(spark, path)
        if len(head) < HEAD_BYTES:
            return _problem(head, source)
        begins = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
        return "" if begins in {b"[", b"{"} else "the file does not begin as JSON"

    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the records of the documents.

        *Columns*: as `read_json` returns them, with ``_arrived``.
        """
        records = read_documents(spark, paths, _parser(source))
        return records.transform(json_rows(source))

    def shortest_row(self, source: FilesSource) -> int:
        """Return the bytes of an empty object and a comma."""
        return len("{},")


def _problem(content: bytes, source: FilesSource) -> str:
    try:
        deque(_parser(source)([content]), maxlen=0)
    except UnreadableError as error:
        return str(error)
    return ""


def _parser(source: FilesSource) -> Parser:
    keys = source.records.split(".") if source.records else ()
    return partial(json_records, path=keys)
