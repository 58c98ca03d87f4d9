"""Look up sources in one registry, and ask about slices and positions of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from lakesmith.errors import InputError
from lakesmith.spec.model.source_types import UPSTREAM, find_type, register_type

if TYPE_CHECKING:
    from lakesmith.sources.base import Source
    from lakesmith.sources.positions import Position, Positions
    from lakesmith.sources.slices import Slice, Span
    from lakesmith.spec.model import Project

S = TypeVar("S", bound="type[Source]")

_built_in: dict[str, type[Source]] = {}


def register(source: type[Source]) -> type[Source]:
    """Register a type of source under its `kind`, also as a decorator.

    Parameters
    ----------
    source : type of Source
        Its `kind` is the `type` of the specs, its `spec` their model.

    Returns
    -------
    type of Source

    Notes
    -----
    An installed package names it as an entry point of the group ``lakesmith.sources`` instead.
    """
    register_type(source)
    return source


def built_in(source: S) -> S:
    """Register a type of source of Lakesmith, as a decorator."""
    _built_in[source.kind] = source
    return source


def source_class(kind: str) -> type[Source]:
    """Return the class of a kind.

    Raises
    ------
    InputError
        LS215 when the ledger or a spec names a kind that no installed package has.

    Examples
    --------
    >>> source_class("files").__name__
    'Files'
    """
    found = _built_in.get(kind) or find_type(kind)
    if found is None:
        raise InputError(
            f"no package has a source of type '{kind}'",
            code="LS215",
            hint="install the package that has it, in the version that wrote the ledger",
        )
    return cast("type[Source]", found)


def source_of(project: Project, table: str) -> Source:
    """Return the input of a table, whatever it reads.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> source = {"format": "csv", "path": "in", "columns": ["id"]}
    >>> tables = {"bronze": {"a": {"from": "sources.s"}}, "silver": {"b": {"from": "bronze.a"}}}
    >>> spec = {"name": "shop", "sources": {"s": source}, "tables": tables}
    >>> project = Project.model_validate(spec)
    >>> source_of(project, "bronze.a").kind, source_of(project, "silver.b").kind
    ('files', 'table')
    """
    source = project.table(table).source_name
    kind = project.sources[source].type if source else UPSTREAM
    return source_class(kind)(project, table)


def reader_of(project: Project, table: str, piece: Slice) -> Source:
    """Return what reads a slice of a batch, which may be beside the input of the table.

    Examples
    --------
    >>> from lakesmith.sources.slices import Slice
    >>> from lakesmith.spec.example import example_project
    >>> replayed = Slice("quarantine", "bronze.a")
    >>> reader_of(example_project(), "silver.b", replayed).kind
    'quarantine'
    >>> reader_of(example_project(), "silver.b", Slice("files", "s")).kind
    'table'
    """
    found = source_class(piece.kind)
    if found.is_beside:
        return found(project, table)
    return source_of(project, table)


def is_beside(piece: Slice) -> bool:
    """Return whether a slice is beside the input of a table, such as quarantined rows.

    Examples
    --------
    >>> from lakesmith.sources.slices import Slice
    >>> is_beside(Slice("quarantine", "bronze.a")), is_beside(Slice("table", "bronze.a"))
    (True, False)
    """
    return source_class(piece.kind).is_beside


def positions_of(key: str) -> Positions:
    """Return how the position of a key moves, which is a kind, or a kind and a name.

    Examples
    --------
    >>> positions_of("files").key("files", "orders")
    'files'
    """
    return source_class(key.partition(":")[0]).positions


def parts_of(piece: Slice) -> tuple[str, ...]:
    """Return the names of the parts in a slice that could be parked.

    Examples
    --------
    >>> from lakesmith.sources.slices import Slice
    >>> parts_of(Slice("files", "orders", {"files": [["in/a.csv", 12, 1700]]}))
    ('in/a.csv',)
    """
    return source_class(piece.kind).positions.parts(piece)


def reference_of(piece: Slice) -> str:
    """Return the `from` of a table that reads the input of a slice.

    Examples
    --------
    >>> from lakesmith.sources.slices import Slice
    >>> reference_of(Slice("files", "orders")), reference_of(Slice("table", "bronze.orders"))
    ('sources.orders', 'bronze.orders')
    """
    return source_class(piece.kind).reference(piece.name)


def span_of(piece: Slice) -> Span | None:
    """Return the versions of an upstream table that a slice reads, or None for other input.

    Examples
    --------
    >>> from lakesmith.sources.slices import Slice
    >>> read = {"since": 3, "to": 5, "voids": []}
    >>> span_of(Slice("table", "bronze.orders", read))
    Span(name='bronze.orders', since=3, to=5, voids=())
    >>> span_of(Slice("files", "orders", {"files": []})) is None
    True
    """
    return source_class(piece.kind).span(piece)


def changed_inputs_of(piece: Slice) -> Mapping[str, Span]:
    """Return the inputs whose changes compute rows of earlier batches again, by name.

    Examples
    --------
    >>> from lakesmith.sources.slices import Slice
    >>> changed_inputs_of(Slice("files", "orders", {"files": []}))
    {}
    """
    return source_class(piece.kind).changed_inputs(piece)


def inputs_read(positions: Mapping[str, Position]) -> dict[str, int]:
    """Return the versions of the tables with which all rows were computed, by table.

    Examples
    --------
    >>> inputs_read({"table": {"to": 5, "inputs": {"c": {"table": "silver.c", "to": 7}}}})
    {'silver.c': 7}
    """
    inputs = positions.get(UPSTREAM, {}).get("inputs", {})
    return {one["table"]: one["to"] for one in inputs.values()}


def version_read(positions: Mapping[str, Position]) -> int | None:
    """Return the version up to which an upstream table was read, or None when none was.

    Examples
    --------
    >>> version_read({"table": {"to": 5}}), version_read({"files": {"seen": {}}})
    (5, None)
    """
    return positions.get(UPSTREAM, {}).get("to")


def unreadable(source: Source, piece: Slice) -> str:
    """Return why the input of a batch can no longer be read as planned, or an empty text."""
    if source.kind != piece.kind:
        return f"the input is of type '{source.kind}' now, the batch was planned on '{piece.kind}'"
    return source.still_readable(piece)
