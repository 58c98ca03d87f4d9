"""Define the specs of sources, and look up the types that other packages add."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import Field, PlainValidator, PositiveInt, SerializeAsAny, create_model

from lakesmith.spec.model.base import ColumnName, Model

ENTRY_POINTS = "lakesmith.sources"
DEFAULT_TYPE = "files"


class BatchBounds(Model):
    """Upper bounds of one batch."""

    max_files: PositiveInt | None = None
    max_rows: PositiveInt | None = None


class SourceSpec(Model):
    """What every source has, to which its type adds more."""

    version: Literal[1] = 1
    type: str
    description: str = ""
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, strict=False)]

    @property
    def paths(self) -> Mapping[str, str]:
        """The directories that driver and executors must reach, by the setting that names each."""
        return {}


class FilesSource(SourceSpec):
    """A directory of CSV, JSON-lines or Parquet files, whose declared columns land as text."""

    type: Literal["files"] = "files"
    format: Literal["csv", "json", "parquet"]
    path: str
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

    @property
    def paths(self) -> Mapping[str, str]:
        """The one directory that is listed."""
        return {"path": self.path}


class SourceType(Protocol):
    """What the registry holds under the `type` of a spec."""

    kind: str
    spec: type[SourceSpec]


_registered: dict[str, SourceType] = {}


def register_type(source: SourceType) -> None:
    """Make a type of source known under its `kind`, where the last one wins."""
    _registered[source.kind] = source


def find_type(name: str) -> SourceType | None:
    """Return the type that a package registered under a name, if one did.

    Notes
    -----
    A type that no code has registered is looked up among the entry points ``lakesmith.sources``.
    """
    if name not in _registered:
        for point in entry_points(group=ENTRY_POINTS, name=name):
            register_type(cast("SourceType", point.load()))
    return _registered.get(name)


def type_names() -> tuple[str, ...]:
    """Return every name that the `type` of a source may have.

    Examples
    --------
    >>> "files" in type_names()
    True
    """
    installed = {point.name for point in entry_points(group=ENTRY_POINTS)}
    return (DEFAULT_TYPE, *sorted(installed.union(_registered) - {DEFAULT_TYPE}))


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
