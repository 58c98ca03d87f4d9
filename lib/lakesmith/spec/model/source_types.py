"""Look up the types of sources, also those that other packages add."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import PlainValidator, SerializeAsAny, create_model

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.installed import load_installed, refused_as
from lakesmith.spec.model.http import HttpSource
from lakesmith.spec.model.jdbc import JdbcSource
from lakesmith.spec.model.kafka import KafkaSource
from lakesmith.spec.model.source import FilesSource, SourceSpec

ENTRY_POINTS = "lakesmith.sources"
DEFAULT_TYPE = "files"
# By this kind the ledger names what is read of an upstream table.
UPSTREAM = "table"


class SourceType(Protocol):
    """What the registry holds under the `type` of a spec."""

    kind: str
    spec: type[SourceSpec]


_OWN: Mapping[str, type[SourceSpec]] = {
    "files": FilesSource,
    "http": HttpSource,
    "jdbc": JdbcSource,
    "kafka": KafkaSource,
}
BUILT_IN_KINDS = (*_OWN, UPSTREAM)
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
    others = sorted(known - _OWN.keys())
    return (*_OWN, *others)


def spec_of_type(name: str) -> type[SourceSpec] | None:
    """Return the model of a source of one type, or None when no package has the type.

    Examples
    --------
    >>> spec_of_type("files").__name__
    'FilesSource'
    """
    own = _OWN.get(name)
    if own is not None:
        return own
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
    PlainValidator(
        _by_type,
        json_schema_input_type=FilesSource | HttpSource | JdbcSource | KafkaSource,
    ),
]
