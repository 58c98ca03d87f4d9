"""Plan and read a table or a query of a database as a source."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.duration import parse_age
from lakesmith.errors import InputError
from lakesmith.sources.base import Known, Source
from lakesmith.sources.jdbc.connection import first_row, rows_of, url_of
from lakesmith.sources.jdbc.dialects import DIALECTS
from lakesmith.sources.jdbc.landed import without_landed
from lakesmith.sources.jdbc.position import (
    MarkPositions,
    is_behind,
    later_of,
    still_near,
)
from lakesmith.sources.jdbc.query import (
    PART,
    marks_query,
    part_conditions,
    quantiles_query,
    rows_query,
    type_query,
)
from lakesmith.sources.registry import built_in
from lakesmith.sources.slices import Required, Slice, Slices
from lakesmith.spec.model.jdbc import Incremental, JdbcSource
from lakesmith.spec.steps import lowered
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from lakesmith.sources.jdbc.dialects.base import Order
    from lakesmith.sources.positions import Position

_UNBOUNDED = ("infinity", "-infinity", "NaN", "Infinity", "-Infinity")


@built_in
class Jdbc(Source):
    """A table or a query of a database.

    Without `incremental` each run reads all rows. With it a batch reads the rows from the last mark
    on, less the overlap, and leaves out those that the table has.
    """

    kind = "jdbc"
    spec = JdbcSource
    positions = MarkPositions()
    settings: JdbcSource

    @property
    def where(self) -> str:
        """The place of the source in the specs."""
        return f"sources.{self.name}"

    def has_new(self, position: Position, known: Known) -> bool | None:
        """Return True without `incremental`, else None, since the database must be asked."""
        return None if self.settings.incremental else True

    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Return all rows, or those that may be new.

        Notes
        -----
        Two queries of one row; with `incremental` one more job, which looks for a row that is new.
        """
        if self.settings.incremental is None:
            return Slices(self.slice(to=self._now(spark)))
        piece = self._marked(spark, self.settings.incremental, position, known)
        if piece is None or self._is_known(spark, position, piece):
            return Slices()
        return Slices(piece)

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the rows of a slice as the database spells them.

        Returns
        -------
        DataFrame
            *Columns*: the declared columns STRING, ``_source_file`` STRING with the database and
            the table, ``_rescued`` STRING NULL.
        """
        rows = self._read(session, piece)
        landed = piece.data.get("landed")
        if landed is not None:
            table = project_table(self.project, self.table)
            version = table.load(session, versionAsOf=landed)
            batches = map(int, piece.data["near"])
            # A column that is new since then is in no row that landed.
            known = lowered(version.columns) - lowered([self.settings.read_at or ""])
            columns = [name for name in rows.columns if name.lower() in known]
            rows = without_landed(rows, version, columns, list(batches))
        nothing = F.lit(None).cast("string")
        return rows.withColumns(
            {"_source_file": F.lit(self._place), "_rescued": nothing}
        )

    def describe(self, piece: Slice) -> str:
        """Return which marks a slice has."""
        to = piece.data["to"]
        if "since" not in piece.data:
            return f"all rows of {self._place} at {to}"
        since = piece.data["since"]
        begun = f"from {since} " if since is not None else ""
        return f"rows of {self._place} {begun}to {to}"

    def row_settings(self) -> dict[str, Any]:
        """Return what decides which rows are read."""
        names = ("dialect", "table", "query")
        return {name: getattr(self.settings, name) for name in names}

    def required(
        self, spark: SparkSession, position: Position, must_read: Collection[str]
    ) -> Required:
        """Return that a rebuild cannot read again what a database had before."""
        if not position:
            return Required()
        problem = "a database keeps no rows that were changed or deleted since"
        return Required(problems={self._place: problem})

    @property
    def _place(self) -> str:
        url = url_of(self.settings).partition("?")[0]
        what = self.settings.table or f"query of {self.name}"
        return f"{url}/{what}".removeprefix("jdbc:")

    def _now(self, spark: SparkSession) -> str:
        dialect = DIALECTS[self.settings.dialect]
        query = f"SELECT {dialect.text('now()')} AS at"
        return first_row(spark, self.settings, self.where, query)["at"]

    def _marked(
        self,
        spark: SparkSession,
        incremental: Incremental,
        position: Position,
        known: Known,
    ) -> Slice | None:
        self._require_place(position, incremental)
        order = self._order(spark, incremental.column)
        overlap = _overlap(incremental, order, self.where)
        query = marks_query(self.settings, incremental.column, overlap, order == "time")
        found = first_row(spark, self.settings, self.where, query)
        _require_marks(found, incremental.column, self.where)
        to = found["to"]
        low = found["low"]
        if to is None:
            return None
        if is_behind(to, position, order):
            # A position that moved back would read rows again that no batch is known to have.
            to = position["to"]
            low = position["low"]
        since = position.get("low")
        if since is not None:
            low = later_of(low, since, order)
        near = still_near(position, since, order) if since is not None else {}
        head = known.tables.get(self.table)
        landed = head.version if head and near else None
        return self.slice(
            place=self._origin(incremental),
            since=since,
            to=to,
            low=low,
            order=order,
            near=near,
            landed=landed,
        )

    def _require_place(self, position: Position, incremental: Incremental) -> None:
        """Refuse a position that says how far another database or column was read."""
        known = position.get("place")
        place = self._origin(incremental)
        if known in {None, place}:
            return
        # Marks of another column say nothing, wherever the rows are.
        is_same_column = known.endswith(f" by {incremental.column}")
        if is_same_column and known == incremental.moved_from:
            return
        hint = "land the other one in another table"
        if is_same_column:
            hint += f"; where its rows are the same, write moved_from: {known}"
        raise InputError(
            f"the rows up to {position.get('to')} were read from {known}, and not from {place}",
            code="LS223",
            where=f"{self.where}.incremental",
            hint=hint,
        )

    def _origin(self, incremental: Incremental) -> str:
        """Return what the marks of a position belong to. A server may listen elsewhere."""
        settings = self.settings
        what = settings.table or f"query of {self.name}"
        return f"{settings.host}/{settings.database}/{what} by {incremental.column}"

    def _order(self, spark: SparkSession, column: str) -> Order:
        query = type_query(self.settings, column)
        kind = first_row(spark, self.settings, self.where, query)["kind"]
        order = DIALECTS[self.settings.dialect].marks.get(kind)
        if order is None:
            raise InputError(
                f"column '{column}' is {kind}, by which new rows cannot be known",
                code="LS221",
                where=f"{self.where}.incremental.column",
                hint="name a column of whole numbers, dates or timestamps",
            )
        return order

    def _is_known(self, spark: SparkSession, position: Position, piece: Slice) -> bool:
        if not position or piece.data["to"] != position.get("to"):
            return False
        return self.read(spark, piece).isEmpty()

    def _read(self, session: SparkSession, piece: Slice) -> DataFrame:
        settings = self.settings
        query = rows_query(settings, piece.data.get("since"), piece.data["to"])
        parts: list[str] = []
        if settings.parts is not None:
            bounds = quantiles_query(settings, query)
            found = first_row(session, settings, self.where, bounds)["bounds"]
            parts = part_conditions(settings, json.loads(found or "[]"))
        rows = rows_of(session, settings, self.where, query, parts)
        if settings.parts is not None:
            rows = rows.drop(PART)
        if settings.read_at is None:
            return rows
        read_at = F.lit(piece.data["to"])
        added = rows.withColumn(settings.read_at, read_at)
        return added.select(*map(named, settings.columns))


def _overlap(incremental: Incremental, order: Order, where: str) -> str:
    """Return an overlap as the dialects take it, in seconds or as a number."""
    given = incremental.overlap
    if order == "time":
        if given == 0:
            return "0 seconds"
        if isinstance(given, str):
            seconds = int(parse_age(given).total_seconds())
            return f"{seconds} seconds"
    elif isinstance(given, int):
        return str(given)
    expected = "a span such as 10m" if order == "time" else "a whole number"
    raise InputError(
        f"the overlap is {given!r}, and the column '{incremental.column}' needs {expected}",
        code="LS221",
        where=f"{where}.incremental.overlap",
        hint=f"write {expected}",
    )


def _require_marks(found: dict[str, str], column: str, where: str) -> None:
    """Refuse marks by which rows would be left out silently."""
    problem = ""
    if found["missing"] == "1":
        problem = "has rows without a value, which would never be read"
    elif found["to"] in _UNBOUNDED:
        problem = f"has the value {found['to']}, behind which no row is new"
    elif found["ahead"] == "1":
        problem = "has values more than a day ahead, behind which no row would be new"
    if problem:
        raise InputError(
            f"column '{column}' {problem}",
            code="LS222",
            where=f"{where}.incremental.column",
            hint="correct these rows, or leave them out by a query",
        )
