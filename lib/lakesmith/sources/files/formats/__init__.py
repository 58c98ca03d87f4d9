"""Judge and read files of each format."""

from lakesmith.sources.files.formats import (
    csv,
    json_document,
    json_lines,
    lines,
    parquet,
    xml,
)
from lakesmith.sources.files.formats.base import FileFormat, format_of

__all__ = [
    "FileFormat",
    "csv",
    "format_of",
    "json_document",
    "json_lines",
    "lines",
    "parquet",
    "xml",
]
