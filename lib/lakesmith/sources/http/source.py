"""Plan and read an HTTP API as a source."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import InputError
from lakesmith.paths import local_path
from lakesmith.sources.base import Known, Source
from lakesmith.sources.files.json_files import json_rows, read_json
from lakesmith.sources.http.landing import Landing
from lakesmith.sources.registry import built_in
from lakesmith.sources.slices import Required, Slice, Slices
from lakesmith.spec.model.http import HttpSource

if TYPE_CHECKING:
    from lakesmith.sources.positions import Position

_TRIAL = "trial"


@built_in
class Http(Source):
    """An API, whose answers land as files before a batch reads them.

    An extract is all pages of one time. A batch reads the extracts that no batch has read, so that
    a retry and a rebuild read the same again without the API.
    """

    kind = "http"
    spec = HttpSource
    settings: HttpSource

    @property
    def where(self) -> str:
        """The place of the source in the specs."""
        return f"sources.{self.name}"

    @property
    def landing(self) -> Landing:
        """The extracts of the source.

        Raises
        ------
        InputError
            LS228 where the warehouse is no local directory, and the source names none.
        """
        given = self.settings.landing
        root = local_path(given or self.project.warehouse)
        if root is None:
            raise InputError(
                f"{given or self.project.warehouse} is no local directory",
                code="LS228",
                where=f"{self.where}.landing",
                hint="write a directory that the driver and all executors reach",
            )
        return Landing(root if given else root / "_landing" / self.name)

    def has_new(self, position: Position, known: Known) -> bool | None:
        """Return None, since the API must be asked."""
        return None

    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Ask for what is new, and return the extracts that no batch has read.

        Notes
        -----
        No Spark job. A trial asks for nothing and lands nothing.
        """
        since = position.get("to")
        landing = self.landing
        if known.is_trial:
            return Slices(self.slice(since=since, to=_TRIAL, extracts=[]))
        self._fetch(landing)
        extracts = landing.after(since)
        if not extracts:
            return Slices()
        return Slices(self.slice(since=since, to=extracts[-1], extracts=extracts))

    def _fetch(self, landing: Landing) -> None:
        # A run that asks no API starts without the client.
        from lakesmith.sources.http.client import Client
        from lakesmith.sources.http.fetch import fetch

        fetch(Client(self.settings, self.where), landing)

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the records of the extracts, or of the first page in a trial.

        Returns
        -------
        DataFrame
            *Columns*: as `read_json` returns them, with ``_arrived``.
        """
        if piece.data["to"] == _TRIAL:
            return self._first_page(session)
        paths = self._files(piece)
        if paths:
            return read_json(session, self.settings.lines, paths)
        return self._rows_of(session, ())

    def _first_page(self, session: SparkSession) -> DataFrame:
        from lakesmith.sources.http.client import Client
        from lakesmith.sources.http.fetch import first_page

        records = first_page(Client(self.settings, self.where))
        return self._rows_of(session, records)

    def _rows_of(self, session: SparkSession, records: Sequence[str]) -> DataFrame:
        rows = [(record, self.settings.url) for record in records]
        lines = session.createDataFrame(rows, "value STRING, _source_file STRING")
        return lines.transform(json_rows(self.settings.lines))

    def _files(self, piece: Slice) -> list[str]:
        landing = self.landing
        extracts = piece.data["extracts"]
        return [file for extract in extracts for file in landing.files(extract)]

    def still_readable(self, piece: Slice) -> str:
        """Return which extract is gone, or an empty text."""
        gone = [one for one in piece.data["extracts"] if not self.landing.has(one)]
        return f"the extract {gone[0]} is gone from {self.landing.root}" if gone else ""

    def row_count(self, spark: SparkSession, piece: Slice) -> int | None:
        """Return the records that landed."""
        manifests = map(self.landing.manifest, piece.data["extracts"])
        return sum(manifest.records for manifest in manifests)

    def max_rows(self, piece: Slice) -> int | None:
        """Return the records that landed."""
        manifests = map(self.landing.manifest, piece.data["extracts"])
        return sum(manifest.records for manifest in manifests)

    def may_lack(self) -> tuple[str, ...]:
        """Return the columns that are not optional, since records have no header."""
        optional = self.settings.optional_columns
        return tuple(name for name in self.settings.columns if name not in optional)

    def describe(self, piece: Slice) -> str:
        """Return how many extracts a slice has."""
        since = piece.data["since"]
        if piece.data["to"] == _TRIAL:
            begun = f" behind the extract {since}" if since else ""
            return f"what {self.settings.url} has{begun}"
        extracts = piece.data["extracts"]
        return f"{len(extracts)} extracts of {self.settings.url} up to {extracts[-1]}"

    def row_settings(self) -> dict[str, Any]:
        """Return what decides how the records are read."""
        return {"field_names": dict(self.settings.field_names)}

    def required(
        self, spark: SparkSession, position: Position, must_read: Collection[str]
    ) -> Required:
        """Return the extracts that a rebuild reads again, or that they are gone."""
        last = position.get("to")
        if last is None:
            return Required()
        if not self.landing.has(last):
            root = str(self.landing.root)
            return Required(problems={root: f"the extract {last} is gone"})
        return Required()
