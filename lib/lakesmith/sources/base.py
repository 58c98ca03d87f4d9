"""Define what a source of rows is, so that files, tables and other inputs are read alike.

A `Source` is bound to one table of a project. What it reads in one batch is a `Slice`, and how far
it has been read is a position. Both are plain data that only the source itself understands. The
ledger writes them down and hands them back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from pyspark.sql import DataFrame, SparkSession

from lakesmith.spec.model import Project, SourceSpec, Table
from lakesmith.tables.ref import TableRef

Position = dict[str, Any]
MISSING = "the file is missing, or the source no longer lists it"


@dataclass(frozen=True)
class Slice:
    """The part of an input that one batch reads, as JSON that its source understands."""

    kind: str
    name: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the ledger.

        Examples
        --------
        >>> Slice("numbers", "ids", {"to": 7}).to_dict()
        {'kind': 'numbers', 'name': 'ids', 'to': 7}
        """
        return {"kind": self.kind, "name": self.name, **self.data}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Slice:
        """Read a slice back from the ledger.

        Examples
        --------
        >>> Slice.from_dict({"kind": "numbers", "name": "ids", "to": 7})
        Slice(kind='numbers', name='ids', data={'to': 7})
        """
        rest = {key: data[key] for key in data if key not in ("kind", "name")}
        return cls(data["kind"], data["name"], rest)


@dataclass(frozen=True)
class ParkedPart:
    """A part of an input that is left out, such as a file, with the reason."""

    part: str
    reason: str
    data: Any = None

    def to_list(self) -> list[Any]:
        """Return plain data for the ledger.

        Examples
        --------
        >>> ParkedPart("in/a.csv", "the file is empty", [0, 1700]).to_list()
        ['in/a.csv', 'the file is empty', [0, 1700]]
        """
        return [self.part, self.reason, self.data]


@dataclass(frozen=True)
class Slices:
    """What a source has for the next batch.

    `new` is None when nothing is new. `parked` are parts to leave out, `more` is True when bounds
    left something for a later batch. `lookups` are the versions of the tables that the table looks
    up, `aliases` other names of parts.
    """

    new: Slice | None = None
    parked: tuple[ParkedPart, ...] = ()
    more: bool = False
    lookups: Mapping[str, int] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Required:
    """The parts that a rebuild must read again, and why some of them cannot be."""

    parts: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """Versions of an upstream table, from after `since` (None is the beginning) up to `to`."""

    name: str
    since: int | None
    to: int
    voids: tuple[tuple[int, int], ...] = ()


class TableHead(Protocol):
    """Where a table of the lake stands."""

    @property
    def version(self) -> int | None:
        """Return the newest version that may be read."""

    @property
    def voids(self) -> Sequence[tuple[int, int]]:
        """Return the ranges of versions that changed no row."""


@dataclass(frozen=True)
class Known:
    """What a run knows beside the position of a source.

    `tables` are the tables of the lake, `lookups` the versions that the table looked up last, and
    `tried` the parts that this run has parked already.
    """

    tables: Mapping[str, TableHead] = field(default_factory=dict)
    lookups: Mapping[str, int] = field(default_factory=dict)
    tried: Collection[str] = ()


@dataclass(frozen=True)
class Positions:
    """How the position of a source moves.

    Here it is the entry `to` of the newest slice. A position is shared when all sources of its kind
    have one for a table.
    """

    shared: bool = False

    def key(self, kind: str, name: str) -> str:
        """Return the name of a position in the state of a table.

        Examples
        --------
        >>> Positions().key("numbers", "ids"), Positions(shared=True).key("files", "orders")
        ('numbers:ids', 'files')
        """
        return kind if self.shared else f"{kind}:{name}"

    def start(self) -> Position:
        """Return the position of a source of which nothing was read.

        Examples
        --------
        >>> Positions().start()
        {}
        """
        return {}

    def parts(self, piece: Slice) -> tuple[str, ...]:
        """Return the names of the parts in a slice that could be parked, or none by default."""
        return ()

    def advance(self, position: Position, piece: Slice, batch: int) -> None:
        """Move a position behind a slice, in place.

        Examples
        --------
        >>> position = {"to": 3}
        >>> Positions().advance(position, Slice("numbers", "ids", {"to": 7}), batch=2)
        >>> position
        {'to': 7}
        """
        position["to"] = piece.data["to"]

    def park(
        self, position: Position, parked: Sequence[ParkedPart], batch: int
    ) -> None:
        """Remember parts that are left out, in place.

        Examples
        --------
        >>> position = {"to": 3}
        >>> Positions().park(position, [ParkedPart("4", "no number")], batch=2)
        >>> position
        {'to': 3, 'parked': {'4': 'no number'}}
        """
        reasons = {one.part: one.reason for one in parked}
        position["parked"] = position.get("parked", {}) | reasons

    def mark(self, position: Position) -> Position:
        """Return what `go_back` needs to return to a position, as small JSON."""
        return deepcopy(position)

    def go_back(self, position: Position, mark: Position, batch: int) -> None:
        """Return a position to where it stood after a batch, in place.

        Examples
        --------
        >>> position = {"to": 7}
        >>> Positions().go_back(position, {"to": 3}, batch=1)
        >>> position
        {'to': 3}
        """
        position.clear()
        position.update(deepcopy(mark))

    def stored(self, position: Position) -> Iterator[Position]:
        """Yield the JSON parts from which `restore` puts a position together.

        Examples
        --------
        >>> list(Positions().stored({"to": 7})), list(Positions().stored({}))
        ([{'to': 7}], [])
        """
        if position:
            yield position

    def restore(self, position: Position, part: Position, batch: int) -> None:
        """Add a stored part to a position, in place.

        `batch` counts for what names no batch.
        """
        position.update(part)

    def brief(self, piece: Slice) -> dict[str, Any]:
        """Return a slice for the metadata of a commit, with a `count` where it is cut short.

        Examples
        --------
        >>> Positions().brief(Slice("numbers", "ids", {"to": 7}))
        {'kind': 'numbers', 'name': 'ids', 'to': 7}
        """
        return piece.to_dict()


class Source(Protocol):
    """The input of one table.

    A new type of source subclasses it and is registered under its `kind`.

    Parameters
    ----------
    project : Project
    table : str
        The table that reads it, as ``layer.name``.

    Notes
    -----
    `kind` is the `type` of its specs, `spec` their model, and `positions` moves its position.
    """

    kind: ClassVar[str]
    spec: ClassVar[type[SourceSpec]] = SourceSpec
    positions: ClassVar[Positions] = Positions()
    project: Project
    table: str

    def __init__(self, project: Project, table: str) -> None:
        self.project = project
        self.table = table

    @property
    def reader(self) -> Table:
        """The spec of the table that reads the source."""
        return self.project.table(self.table)

    @property
    def name(self) -> str:
        """The name of the source within its kind."""
        return self.reader.from_.partition(".")[2]

    @property
    def settings(self) -> Any:
        """The spec of the source."""
        return self.project.sources[self.name]

    @property
    def key(self) -> str:
        """The name of its position in the state of the table."""
        return self.positions.key(self.kind, self.name)

    def slice(self, **data: Any) -> Slice:
        """Return a slice of this source."""
        return Slice(self.kind, self.name, data)

    @abstractmethod
    def has_new(self, position: Position, known: Known) -> bool | None:
        """Return whether a batch would have input, or None when Spark is needed to know.

        Raises
        ------
        InputError
            When the source cannot be looked at.
        """

    @abstractmethod
    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Return the input of the next batch, within the bounds of the spec."""

    @abstractmethod
    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the rows of a slice.

        Returns
        -------
        DataFrame
            *Columns*: the columns of the source as STRING, ``_source_file`` and ``_rescued`` STRING
            (NULL where a row has none).
        """

    def still_readable(self, piece: Slice) -> str:
        """Return why a slice can no longer be read as planned, or an empty text."""
        return ""

    @property
    def can_isolate(self) -> bool:
        """Whether a part that stops a batch is looked for, so that the rest can go on."""
        return False

    def isolate(
        self, session: SparkSession, piece: Slice, error: Exception
    ) -> ParkedPart | None:
        """Return the part of a slice that stopped its batch, or None when no part is to blame."""
        return None

    def describe(self, piece: Slice) -> str:
        """Return a slice in words, for the plan."""
        return f"new input of {self.reader.from_}"

    def column_types(self) -> dict[str, str]:
        """Return the columns that `read` gives, with their types."""
        return dict.fromkeys(self.settings.columns, "string")

    def may_lack(self) -> tuple[str, ...]:
        """Return the columns of which `read` records in ``_arrived`` whether a row has them."""
        return ()

    def row_settings(self) -> dict[str, Any]:
        """Return the settings that decide how the rows of a slice are read, as JSON.

        Commits record them, so that a rebuild finds tables whose rows were read by other settings.
        """
        return {}

    def is_retyped(self, spark: SparkSession, piece: Slice) -> bool:
        """Return True where a column has another type in a slice than in what was read before."""
        return False

    def required(
        self, spark: SparkSession, position: Position, must_read: Collection[str]
    ) -> Required:
        """Return the parts that a rebuild must read, since the table holds their rows."""
        return Required()

    def landed(
        self,
        spark: SparkSession,
        table: TableRef,
        position: Position,
        begun: Slice | None,
    ) -> Slice | None:
        """Return what a table holds of the source that its position lacks, or None when nothing."""
        return None

    @classmethod
    def reference(cls, name: str) -> str:
        """Return the `from` of a table that reads a source of this kind.

        Examples
        --------
        >>> Source.reference("orders")
        'sources.orders'
        """
        return f"sources.{name}"

    @classmethod
    def span(cls, piece: Slice) -> Span | None:
        """Return the versions of an upstream table that a slice reads, or None for other input."""
        return None
