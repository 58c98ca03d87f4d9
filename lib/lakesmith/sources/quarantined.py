"""Read the quarantined rows of a table again, beside the input that its spec names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.columns import PATCH, RAW, ROW_DIGEST
from lakesmith.sources.base import Known, Source
from lakesmith.sources.live_versions import live_versions
from lakesmith.sources.registry import built_in
from lakesmith.sources.slices import Slice, Slices, Span
from lakesmith.tables.quarantine_rows import waiting, with_names
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from lakesmith.sources.base import TableHead
    from lakesmith.sources.positions import Position

QUARANTINE = "quarantine"


def replay_slice(upstream: str, to: int, version: int, where: str, rows: int) -> Slice:
    """Return a slice of the rows of a quarantine that wait for a replay.

    Parameters
    ----------
    upstream : str
        The table that the rows came from.
    to : int
        The version of it that the table has read.
    version : int
        The version of the quarantine.
    where : str
        A SQL condition on its rows; empty for all.
    rows : int
        How many they are.

    Examples
    --------
    >>> replay_slice("bronze.orders", 5, 2, "", 3).data
    {'to': 5, 'version': 2, 'where': '', 'rows': 3}
    """
    data = {"to": to, "version": version, "where": where, "rows": rows}
    return Slice(QUARANTINE, upstream, data)


def newest_equal(upstream: TableHead, since: int) -> int:
    """Return the newest version of a table that holds the rows which were read up to `since`.

    The files of older ones may be deleted.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> upstream = SimpleNamespace(version=6, voids=[(4, 5)])
    >>> newest_equal(upstream, 3), newest_equal(upstream, 6)
    (5, 6)
    """
    newest = upstream.version
    if newest is None or newest <= since:
        return since
    live = live_versions(since, newest, upstream.voids)
    return live[0] - 1 if live else newest


@built_in
class Quarantined(Source):
    """The rows of the table's quarantine that wait for a replay."""

    kind = QUARANTINE
    is_beside = True

    @property
    def name(self) -> str:
        """The table that the rows came from.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> Quarantined(example_project(), "silver.b").name
        'bronze.a'
        """
        return self.reader.from_

    def has_new(self, position: Position, known: Known) -> bool:
        """Return False, since quarantined rows are read on demand only."""
        return False

    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Return nothing, since `lakesmith replay` plans the slices."""
        return Slices()

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the rows of a slice, each as the quarantine has it.

        Returns
        -------
        DataFrame
            *Columns*: ``_row_digest``, ``_raw`` and ``_patch`` STRING.
        """
        return self.selected(session, piece).select(ROW_DIGEST, RAW, PATCH)

    def selected(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the rows of a slice with all columns of the quarantine.

        *Columns*: those of the quarantine, ``_row`` and ``_row_digest``.
        """
        quarantine = project_table(self.project, self.table).quarantine
        stored = quarantine.load(session, versionAsOf=piece.data["version"])
        rows = waiting(with_names(stored))
        where = piece.data["where"]
        if not where:
            return rows
        return rows.filter(F.expr(where))

    def still_readable(self, piece: Slice) -> str:
        """Return why the rows cannot go through the table as planned, or an empty text.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> source = Quarantined(example_project(), "silver.b")
        >>> source.still_readable(replay_slice("bronze.a", 5, 2, "", 3))
        ''
        >>> source.still_readable(replay_slice("bronze.c", 5, 2, "", 3))
        'the rows came from bronze.c, the table reads bronze.a now'
        """
        if piece.name == self.name:
            return ""
        return f"the rows came from {piece.name}, the table reads {self.name} now"

    def describe(self, piece: Slice) -> str:
        """Return a slice in words.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> source = Quarantined(example_project(), "silver.b")
        >>> source.describe(replay_slice("bronze.a", 5, 2, "", 3))
        '3 quarantined row(s), to be replayed'
        """
        return f"{piece.data['rows']} quarantined row(s), to be replayed"

    def max_rows(self, piece: Slice) -> int:
        """Return how many rows were counted when the replay was planned."""
        return int(piece.data["rows"])

    @classmethod
    def reference(cls, name: str) -> str:
        """Return the table that the rows came from.

        Examples
        --------
        >>> Quarantined.reference("bronze.orders")
        'bronze.orders'
        """
        return name

    @classmethod
    def span(cls, piece: Slice) -> Span:
        """Return the version of the upstream that the table has read, where its history ends.

        Examples
        --------
        >>> Quarantined.span(replay_slice("bronze.orders", 5, 2, "", 3))
        Span(name='bronze.orders', since=5, to=5, voids=())
        """
        to = piece.data["to"]
        return Span(piece.name, since=to, to=to)
