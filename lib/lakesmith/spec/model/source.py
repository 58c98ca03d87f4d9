"""Define what a spec may say of a source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from lakesmith.spec.model.base import ColumnName, Model


class BatchBounds(Model):
    """Upper bounds of one batch."""

    max_files: PositiveInt | None = None
    max_rows: PositiveInt | None = None


class FilesSource(Model):
    """A directory of CSV, JSON-lines or Parquet files; every declared column lands as text."""

    version: Literal[1] = 1
    description: str = ""
    format: Literal["csv", "json", "parquet"]
    path: str
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, strict=False)]
    optional_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    pattern: str = "*"
    recursive: bool = False
    optional: bool = False
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: Literal[
        "UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "US-ASCII", "ISO-8859-1"
    ] = "UTF-8"
    multiline: bool = False
    on_bad_input: Literal["park", "fail"] = "park"
    on_changed_file: Literal["fail", "reload", "ignore"] = "fail"
    batch: BatchBounds = BatchBounds()
