"""Plan and read an upstream table of the lake as a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DataType

from lakesmith.column_refs import named
from lakesmith.sources.base import Known, Source
from lakesmith.sources.followed_inputs import (
    INPUTS,
    followed,
    from_json,
    is_unread,
    moved,
)
from lakesmith.sources.live_versions import has_moved
from lakesmith.sources.registry import built_in
from lakesmith.sources.slices import Slice, Slices, Span
from lakesmith.sources.upstream import (
    is_mark,
    is_retyped,
    max_changed_rows,
    new_rows,
    snapshot,
)
from lakesmith.sources.upstream_defaults import (
    Defaults,
    UpstreamPositions,
    defaults_read,
    may_differ,
    other_defaults,
    refused_defaults,
)
from lakesmith.sources.version_slices import describe_versions, versions_slice
from lakesmith.spec.change_semantics import changes_rows
from lakesmith.spec.model.source_types import UPSTREAM
from lakesmith.tables.ref import project_table
from lakesmith.transforms.conform import defaults_of, with_values

if TYPE_CHECKING:
    from lakesmith.sources.positions import Position, Positions


@built_in
class Upstream(Source):
    """A table of the lake, read by its versions."""

    kind = UPSTREAM
    positions: ClassVar[Positions] = UpstreamPositions(shared=True)

    @property
    def name(self) -> str:
        """The table that is read, as ``layer.name``.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> upstream = Upstream(example_project(), "silver.b")
        >>> upstream.name
        'bronze.a'
        """
        return self.reader.from_

    def has_new(self, position: Position, known: Known) -> bool | None:
        """Return whether the upstream, or a table that is looked up, has moved.

        Returns
        -------
        bool or None
            None where a `default` of theirs differs, and their columns at that time decide.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> upstream = Upstream(example_project(), "silver.b")
        >>> from types import SimpleNamespace
        >>> known = Known({"bronze.a": SimpleNamespace(version=5, voids=[])})
        >>> upstream.has_new({"to": 4}, known), upstream.has_new({"to": 5}, known)
        (True, False)
        """
        if may_differ(position, self._defaults()):
            return None
        return self.next_versions(position, known) is not None

    def _defaults(self) -> Defaults:
        return defaults_read(self.project, self.reader)

    def max_rows(self, piece: Slice) -> int | None:
        """Return how many rows the commits of the slice wrote or removed."""
        table = project_table(self.project, self.name)
        # What a change of an input touches is a part of all rows.
        since = None if self.changed_inputs(piece) else piece.data["since"]
        return max_changed_rows(table, since, piece.data["to"])

    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Return the versions that were not read, with those of the tables to look up.

        Raises
        ------
        WriteError
            LS515 when rows were read with another `default` and are not computed again.

        Notes
        -----
        What is computed from scratch is computed again where a `default` differs.
        """
        changes = other_defaults(spark, self.project, self.reader, position, known)
        if changes and not self.reader.write.recomputes:
            raise refused_defaults(self.table, changes)
        piece = self.next_versions({} if changes else position, known)
        return Slices(piece, lookups=self._versions(known)) if piece else Slices()

    def next_versions(self, position: Position, known: Known) -> Slice | None:
        """Return the versions that were not read, or None when nothing moved or a table is missing.

        Notes
        -----
        Where rows are computed from scratch, a new version of an input makes the whole upstream
        new. Other rows keep what the input held when they came, or those that it touches are
        computed again.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> upstream = Upstream(example_project(), "silver.b")
        >>> from types import SimpleNamespace
        >>> known = Known({"bronze.a": SimpleNamespace(version=5, voids=[])})
        >>> upstream.next_versions({"to": 3}, known).data
        {'since': 3, 'to': 5, 'voids': [], 'defaults': {}}
        """
        upstream = known.tables.get(self.name)
        lookups = self._versions(known)
        is_ready = len(lookups) == len(self.reader.inputs)
        if upstream is None or upstream.version is None or not is_ready:
            return None
        inputs = followed(self.reader, position, known)
        is_stale = self.reader.write.recomputes and bool(moved(inputs))
        is_whole = is_stale or is_unread(inputs)
        since = None if is_whole else position.get("to")
        if not (has_moved(upstream, since) or moved(inputs)):
            return None
        voids = [void for void in upstream.voids if since is None or void[1] > since]
        defaults = self._defaults()
        to = upstream.version
        return versions_slice(self.name, since, to, voids, defaults, inputs)

    def _versions(self, known: Known) -> dict[str, int]:
        versions: dict[str, int] = {}
        for name, table in self.reader.inputs.items():
            head = known.tables.get(table)
            if head is not None and head.version is not None:
                versions[name] = head.version
        return versions

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the rows of the upstream, those that came or changed in a slice of its versions.

        Returns
        -------
        DataFrame
            *Columns*: those of the upstream. What is computed from scratch reads all rows as they
            were at the newest version of the slice.
        """
        table = project_table(self.project, piece.name)
        upstream = self.project.table(piece.name)
        defaults = with_values(self._defaults_of(piece))
        if self.reader.write.recomputes:
            return snapshot(session, table, piece.data["to"]).transform(defaults)
        found = self.span(piece)
        span = (found.since, found.to, found.voids)
        rows = new_rows(session, table, *span, self._images_of()).transform(defaults)
        if upstream.write.truncates is None or "_deleted" not in rows.columns:
            return rows
        # Each row that a truncate deleted comes as a row too.
        return rows.filter(~(named("_deleted") & is_mark(upstream.write.keys)))

    def _defaults_of(self, piece: Slice) -> Mapping[str, str]:
        """Return the defaults by which a slice is read, also where the spec changed since."""
        if "defaults" in piece.data:
            frozen: Defaults = piece.data["defaults"]
            return frozen.get(piece.name, {})
        return defaults_of(self.project.table(piece.name).columns)

    def _images_of(self) -> tuple[str, ...]:
        """Return what has one newest image in an upstream that decides which row is the newest.

        What the upstream decided at equal sequences is not decided again, where some of its columns
        may be missing.
        """
        upstream = self.project.table(self.name)
        if not changes_rows(upstream):
            return ()
        keys = upstream.write.keys
        return (*keys, "_seq") if self.reader.write.keeps_history else keys

    def describe(self, piece: Slice) -> str:
        """Return the versions of a slice.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> upstream = Upstream(example_project(), "silver.b")
        >>> upstream.describe(versions_slice("bronze.a", 3, 5))
        'bronze.a versions 4 to 5'
        """
        return describe_versions(self.span(piece), self.changed_inputs(piece))

    def column_types(self) -> dict[str, str]:
        """Return the columns that the contract of the reading table names.

        Examples
        --------
        >>> from lakesmith.spec.model import Project
        >>> silver = {"b": {"from": "bronze.a", "columns": {"id": {"type": "bigint"}}}}
        >>> project = Project.model_validate({"name": "p", "tables": {"silver": silver}})
        >>> _ = spark  # Spark parses the types.
        >>> Upstream(project, "silver.b").column_types()
        {'id': 'bigint'}
        """
        columns = self.reader.columns.items()
        return {
            name: DataType.fromDDL(one.type).simpleString() for name, one in columns
        }

    def is_retyped(self, spark: SparkSession, piece: Slice) -> bool:
        """Return whether a column of the upstream changed its type since the position."""
        found = self.span(piece)
        if found.since is None:
            return False
        table = project_table(self.project, found.name)
        return is_retyped(spark, table, found.since, found.to)

    @classmethod
    def reference(cls, name: str) -> str:
        """Return the name of the table.

        Examples
        --------
        >>> Upstream.reference("bronze.orders")
        'bronze.orders'
        """
        return name

    @classmethod
    def changed_inputs(cls, piece: Slice) -> dict[str, Span]:
        """Return the inputs whose changes compute rows of earlier batches again.

        Examples
        --------
        >>> inputs = {"c": Span("silver.c", 5, 7)}
        >>> Upstream.changed_inputs(versions_slice("silver.a", 3, 3, inputs=inputs))
        {'c': Span(name='silver.c', since=5, to=7, voids=())}
        """
        inputs = from_json(piece.data.get(INPUTS, {}))
        is_whole = piece.data["since"] is None
        return {} if is_whole else moved(inputs)

    @classmethod
    def span(cls, piece: Slice) -> Span:
        """Return the versions of a slice.

        Examples
        --------
        >>> Upstream.span(versions_slice("bronze.orders", None, 5))
        Span(name='bronze.orders', since=None, to=5, voids=())
        """
        data = piece.data
        return Span(
            name=piece.name,
            since=data["since"],
            to=data["to"],
            voids=tuple((low, high) for low, high in data["voids"]),
        )
