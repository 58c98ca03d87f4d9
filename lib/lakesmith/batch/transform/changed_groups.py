"""Find the groups or partitions that a change of the upstream touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.batch.transform.backfill_filter import on_dates
from lakesmith.batch.transform.row_by_row import keyed, row_by_row
from lakesmith.sources.registry import span_of
from lakesmith.spec.step_effects import row_wise

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.read.inputs import BatchInputs


def changed_groups(batch: BatchContext, inputs: BatchInputs) -> DataFrame:
    """Return the distinct groups or partitions that a change of the upstream touches.

    *Columns*: `groups` of the batch.
    """
    span = span_of(batch.intent.input)
    if span is not None and span.since is None:
        # A new version of an input may change any group, and one of the table may be missing now.
        groups = _groups_of(batch, inputs.rows, inputs)
        both = groups.union(inputs.held_groups())
        return both.transform(on_dates(batch)).distinct()
    return _groups_of(batch, inputs.changes, inputs).distinct()


def _groups_of(batch: BatchContext, rows: DataFrame, inputs: BatchInputs) -> DataFrame:
    # A step across rows sees only the changes here, and a filter behind it would lose groups.
    steps = row_wise(batch.spec.steps)
    if batch.spec.write.recompute_unit == "partition":
        return row_by_row(batch, rows, inputs.lookups, steps).select(*batch.groups)
    return rows.transform(keyed(batch, inputs.lookups, steps)).select(*batch.groups)
