"""Hold the frames that a batch reads, each built once when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.event_fields import asked_fields
from lakesmith.batch.observation import ObservedMetrics
from lakesmith.batch.read.read_rows import (
    read_changes,
    read_inserted,
    read_lookups,
    read_other_changes,
    read_references,
    read_rows,
)
from lakesmith.batch.read.touched_rows import (
    TouchedJoin,
    is_whole,
    touched_joins,
    touched_rows,
    with_touched,
)
from lakesmith.columns import UNFIT
from lakesmith.quality.checks.arrival import arrival_metrics
from lakesmith.sources.registry import reader_of

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext


class BatchInputs:
    """Hold the rows of a batch, the changes of its upstream, and its lookups.

    Parameters
    ----------
    batch : BatchContext
        Its intent names all positions and versions, so that a retry reads the same.
    """

    def __init__(self, batch: BatchContext) -> None:
        self.batch = batch
        self.unfit: ObservedMetrics | None = None

    @cached_property
    def rows(self) -> DataFrame:
        """Return the rows of the batch, those too that a change of an input touches.

        *Columns*: as `read_rows` returns them.
        """
        rows = read_rows(self.batch)
        if self.touched is None:
            return rows
        united = with_touched(self.batch, self._touching_joins, self.touched)
        return rows.transform(united)

    @cached_property
    def touched_joins(self) -> tuple[TouchedJoin, ...]:
        """Return the joins whose input changed since the rows of the table were computed."""
        return touched_joins(self.batch)

    @cached_property
    def touched(self) -> DataFrame | None:
        """Return the upstream rows that a change of an input touches, or None without any change.

        *Columns*: as `rows`.
        """
        joins = self._touching_joins
        return touched_rows(self.batch, joins) if joins else None

    @property
    def _touching_joins(self) -> list[TouchedJoin]:
        """The joins whose input changed in what they take."""
        return [one for one in self.touched_joins if one.keys.count]

    @property
    def read_again(self) -> DataFrame | None:
        """Return the rows among which earlier batches had some, or None where all are new.

        *Columns*: as `rows`.
        """
        return self.rows if is_whole(self.batch) else self.touched

    @cached_property
    def replayed(self) -> DataFrame:
        """Return the rows of the quarantine that the batch reads again.

        *Columns*: ``_row_digest``, ``_raw`` and ``_patch`` STRING.
        """
        batch = self.batch
        piece = batch.intent.input
        source = reader_of(batch.project, batch.name, piece)
        return source.read(batch.session, piece)

    @cached_property
    def metrics(self) -> ObservedMetrics | None:
        """Return what is observed on the rows, or None where groups are recomputed.

        An observation stops filters. To recompute, the filter on groups must reach the scan.
        """
        if self.batch.spec.write.recomputes:
            return None
        number = F.count(F.lit(1)).alias("rows")
        arrival = arrival_metrics(self.rows) if asked_fields(self.batch) else []
        return ObservedMetrics([number, *arrival])

    @cached_property
    def observed_rows(self) -> DataFrame:
        """Return the rows with their observation.

        *Columns*: as `rows`.
        """
        return self.metrics.on(self.rows) if self.metrics else self.rows

    def watch_unfit(self, rows: DataFrame) -> DataFrame:
        """Return the rows with an observation of those that do not fit the contract.

        *Columns*: needs `_unfit`. As they are.
        """
        is_unfit = F.col(UNFIT).isNotNull()
        number = F.count_if(is_unfit).alias("rows")
        self.unfit = ObservedMetrics([number])
        return self.unfit.on(rows)

    @cached_property
    def lookups(self) -> dict[str, DataFrame]:
        """Return the declared inputs by name, each at the version that the intent names."""
        return read_lookups(self.batch)

    @cached_property
    def references(self) -> dict[str, DataFrame]:
        """Return the tables that the checks read, each at the version that the intent names."""
        return read_references(self.batch)

    @cached_property
    def changes(self) -> DataFrame:
        """Return old and new images of the upstream rows that changed.

        *Columns*: the upstream's.
        """
        return read_changes(self.batch)

    @cached_property
    def inserted(self) -> DataFrame:
        """Return the new rows of the upstream.

        *Columns*: the upstream's.
        """
        return read_inserted(self.batch)

    @cached_property
    def other_changes(self) -> DataFrame | None:
        """Return images of changed older upstream rows, or None when the log has none."""
        return read_other_changes(self.batch)

    def held_groups(self) -> DataFrame:
        """Return the groups that the table has.

        *Columns*: `groups` of the batch.
        """
        batch = self.batch
        held = batch.table.load(batch.session)
        return held.select(*batch.groups)


def read(batch: BatchContext) -> BatchInputs:
    """Return what the batch reads. Nothing is read yet."""
    return BatchInputs(batch)
