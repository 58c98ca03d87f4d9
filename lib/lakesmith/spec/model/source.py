"""Define the specs of sources, and look up the types that other packages add."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import Field, PlainValidator, PositiveInt, SerializeAsAny, create_model

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.installed import load_installed, refused_as
from lakesmith.spec.model.base import ColumnName, Model

ENTRY_POINTS = "lakesmith.sources"
DEFAULT_TYPE = "files"
# By this kind the ledger names what is read of an upstream table.
UPSTREAM = "table"


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
    """A directory of CSV, JSON-lines or Parquet files, whose declared columns become text."""

    type: Literal["files"] = Field("files", description="Type of the source.")
    format: Literal["csv", "json", "parquet"] = Field(
        description="Format of the files; `json` is one object a line."
    )
    path: str = Field(description="Directory or URL of the files.")
    optional_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns that a file may lack."
    )
    pattern: str = Field("*", description="Pattern of the names of files to read.")
    recursive: bool = Field(False, description="Whether to read subdirectories.")
    optional: bool = Field(False, description="Whether the directory may be missing.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        ",", description="Character between the fields of CSV."
    )
    encoding: Literal[
        "UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "US-ASCII", "ISO-8859-1"
    ] = Field("UTF-8", description="Encoding of CSV.")
    multiline: bool = Field(
        False, description="Whether quoted fields of CSV may have line ends."
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


class SourceType(Protocol):
    """What the registry holds under the `type` of a spec."""

    kind: str
    spec: type[SourceSpec]


BUILT_IN_KINDS = (DEFAULT_TYPE, UPSTREAM)
_registered: dict[str, SourceType] = {}


def register_type(source: SourceType) -> None:
    """Make a type of source known under its `kind`.

    Raises
    ------
    ConfigError
        LS215 when another type has the name.
    """
    is_taken = _registered.get(source.kind, source) is not source
    if is_taken or source.kind in BUILT_IN_KINDS:
        what = f"two types of source are named '{source.kind}'"
        raise ConfigError(
            [Problem("LS215", what, hint="rename the one of your package")]
        )
    _registered[source.kind] = source


def find_type(name: str) -> SourceType | None:
    """Return the type that a package registered under a name, if one did.

    Raises
    ------
    ConfigError
        LS215 when the class that a package names cannot be loaded.

    Notes
    -----
    A type that no code has registered is looked up among the entry points ``lakesmith.sources``.

    Examples
    --------
    >>> find_type("no_such_type") is None
    True
    """
    if name not in _registered:
        refuse = refused_as("LS215", "the source type")
        for _, source in load_installed(ENTRY_POINTS, refuse, name):
            register_type(source)
    return _registered.get(name)


def type_names() -> tuple[str, ...]:
    """Return every name that the `type` of a source may have.

    Examples
    --------
    >>> "files" in type_names()
    True
    """
    installed = {point.name for point in entry_points(group=ENTRY_POINTS)}
    known = installed.union(_registered)
    others = sorted(known - {DEFAULT_TYPE})
    return (DEFAULT_TYPE, *others)


def spec_of_type(name: str) -> type[SourceSpec] | None:
    """Return the model of a source of one type, or None when no package has the type.

    Examples
    --------
    >>> spec_of_type("files").__name__
    'FilesSource'
    """
    if name == DEFAULT_TYPE:
        return FilesSource
    found = find_type(name)
    return found.spec if found else None


def _by_type(data: Any) -> SourceSpec:
    if isinstance(data, SourceSpec):
        return data
    wanted = data.get("type", DEFAULT_TYPE) if isinstance(data, dict) else DEFAULT_TYPE
    model = spec_of_type(wanted) if isinstance(wanted, str) else None
    if model is None:
        # Raises the error of pydantic for a value that is none of those allowed, at the key `type`.
        allowed: Any = Literal[type_names()]
        create_model("Source", type=(allowed, ...)).model_validate(data)
    return cast("type[SourceSpec]", model).model_validate(
        data, by_alias=True, by_name=False
    )


AnySource = Annotated[
    SerializeAsAny[SourceSpec],
    PlainValidator(_by_type, json_schema_input_type=FilesSource),
]
