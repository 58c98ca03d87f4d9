"""Define what a source of rows is, so that files, tables and other inputs are read alike.

A `Source` is bound to one table of a project. What it reads in one batch is a `Slice`, and how far
it has been read is a position. Both are plain data that only the source itself understands. The
ledger writes them down and hands them back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.positions import Position, Positions
from lakesmith.sources.slices import ParkedPart, Required, Slice, Slices, Span
from lakesmith.spec.model.source import SourceSpec

if TYPE_CHECKING:
    from lakesmith.spec.model.project import Project
    from lakesmith.spec.model.table import Table
    from lakesmith.tables.ref import TableRef

__all__ = [
    "Known",
    "ParkedPart",
    "Position",
    "Positions",
    "Required",
    "Slice",
    "Slices",
    "Source",
    "Span",
    "TableHead",
]


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
    `tried` the parts that this run has parked already. A plan is a trial, which writes nothing.
    """

    tables: Mapping[str, TableHead] = field(default_factory=dict)
    lookups: Mapping[str, int] = field(default_factory=dict)
    tried: Collection[str] = ()
    is_trial: bool = False


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
    `is_beside` says that no spec names it: a batch of it leaves all positions where they are.
    """

    kind: ClassVar[str]
    is_beside: ClassVar[bool] = False
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
        return self.reader.input_name

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

    def row_count(self, spark: SparkSession, piece: Slice) -> int | None:
        """Return how many rows a slice must give, or None when only reading it can tell."""
        return None

    def max_rows(self, piece: Slice) -> int | None:
        """Return about how many rows a slice has at most, or None when that is not known."""
        return None

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

    def gone(
        self, spark: SparkSession, position: Position, before: Position
    ) -> Collection[str]:
        """Return the parts that were read since a position and cannot be read again."""
        return ()

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
    def changed_inputs(cls, piece: Slice) -> Mapping[str, Span]:
        """Return the inputs whose changes compute rows of earlier batches again, by name."""
        return {}

    @classmethod
    def span(cls, piece: Slice) -> Span | None:
        """Return the versions of an upstream table that a slice reads, or None for other input."""
        return None
