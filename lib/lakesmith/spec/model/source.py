"""Define what each source has in its spec, and the spec of a directory of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveInt

from lakesmith.spec.model.base import ColumnName, Model


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


TAG_PATTERN = r"^[^\s:<>&/'\"]+$"
KEYS_PATTERN = r"^[^.]+(\.[^.]+)*$"
FieldName = Annotated[str, Field(min_length=1)]
FieldNames = Annotated[
    tuple[FieldName, ...],
    Field(min_length=1, strict=False),
    BeforeValidator(_listed),
]


class BatchBounds(Model):
    """Upper bounds of one batch."""

    max_files: PositiveInt | None = Field(None, description="Files of one batch.")
    max_rows: PositiveInt | None = Field(
        None, description="Rows of one batch, estimated; at least one file is read."
    )


class SourceSpec(Model):
    """What every source has, to which its type adds more."""

    version: Literal[1] = Field(1, description="Version of the spec.")
    type: str = Field(description="Type of the source.")
    description: str = Field("", description="What the source holds.")
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, strict=False)] = (
        Field(description="Columns to read; each becomes text.")
    )

    @property
    def paths(self) -> Mapping[str, str]:
        """The directories that driver and executors must reach, by the setting that names each.

        Examples
        --------
        >>> SourceSpec(type="numbers", columns=("id",)).paths
        {}
        """
        return {}


class FilesSource(SourceSpec):
    """A directory of files of one format, whose declared columns become text."""

    type: Literal["files"] = Field("files", description="Type of the source.")
    format: Literal[
        "csv", "json", "json_document", "parquet", "log", "fixed_width", "xml"
    ] = Field(
        description="Format of the files; `json` is one object a line, `json_document` one array a"
        " file."
    )
    path: str = Field(description="Directory or URL of the files.")
    optional_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns that a file may lack."
    )
    field_names: Mapping[ColumnName, FieldNames] = Field(
        {},
        description="Names of fields in the files, where columns have others. Of a list, a file"
        " has one.",
    )
    pattern: str = Field("*", description="Pattern of the names of files to read.")
    recursive: bool = Field(False, description="Whether to read subdirectories.")
    optional: bool = Field(False, description="Whether the directory may be missing.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        ",", description="Character between the fields of CSV."
    )
    header: bool = Field(
        True,
        description="Whether the first line of CSV names the fields; else they are the columns.",
    )
    encoding: Literal[
        "UTF-8",
        "UTF-16",
        "UTF-16LE",
        "UTF-16BE",
        "UTF-32",
        "US-ASCII",
        "ISO-8859-1",
        "windows-1252",
    ] = Field("UTF-8", description="Encoding of text files but JSON.")
    multiline: bool = Field(
        False, description="Whether quoted fields of CSV may have line ends."
    )
    null_values: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Texts that stand for NULL, in files of text."
    )
    line_pattern: Annotated[str, Field(min_length=1)] | None = Field(
        None,
        description="Regular expression of a whole line of a log. Its named groups are the columns."
        " `common` and `combined` stand for the logs of web servers.",
    )
    widths: Annotated[tuple[PositiveInt, ...], Field(strict=False)] = Field(
        (), description="Characters of each column in a line of fixed width."
    )
    row_tag: Annotated[str, Field(pattern=TAG_PATTERN)] | None = Field(
        None, description="Element of XML that is a record, without its namespace."
    )
    skip_tags: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Elements of XML that may hold values outside of records."
    )
    records: Annotated[str, Field(pattern=KEYS_PATTERN)] | None = Field(
        None,
        description="Keys that lead to the records of a JSON document, such as `data.items`.",
    )
    on_bad_input: Literal["park", "fail"] = Field(
        "park", description="What to do with a file that cannot be read."
    )
    on_changed_file: Literal["fail", "reload", "ignore"] = Field(
        "fail", description="What to do when a file changes after it was read."
    )
    batch: BatchBounds = Field(
        BatchBounds(), description="How much one batch reads at most."
    )

    @property
    def paths(self) -> Mapping[str, str]:
        """The one directory that is listed.

        Examples
        --------
        >>> FilesSource(format="csv", path="in", columns=("id",)).paths
        {'path': 'in'}
        """
        return {"path": self.path}

    def fields_of(self, column: str) -> tuple[str, ...]:
        """Return the names that a column may have in the files, in lower case.

        Examples
        --------
        >>> names = {"id": "Order ID"}
        >>> source = FilesSource(format="csv", path="in", columns=("id",), field_names=names)
        >>> source.fields_of("id")
        ('order id',)
        """
        lowered = {name.lower(): names for name, names in self.field_names.items()}
        names = lowered.get(column.lower(), (column,))
        return tuple(name.lower() for name in names)

    @property
    def fields(self) -> Mapping[str, str]:
        """The column of each field that is read, by the name of the field in lower case.

        Examples
        --------
        >>> FilesSource(format="csv", path="in", columns=("Id",)).fields
        {'id': 'Id'}
        """
        return {
            name: column for column in self.columns for name in self.fields_of(column)
        }
