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
        asked = both.transform(on_dates(batch))
        return asked.distinct()
    changed = _groups_of(batch, inputs.changes, inputs)
    return changed.distinct()


def _groups_of(batch: BatchContext, rows: DataFrame, inputs: BatchInputs) -> DataFrame:
    # A step across rows sees only the changes here, and a filter behind it would lose groups.
    spec = batch.spec
    lookups = inputs.lookups
    steps = row_wise(spec.steps)
    if spec.write.recompute_unit == "partition":
        shaped = row_by_row(batch, rows, lookups, steps)
    else:
        shaped = rows.transform(keyed(batch, lookups, steps))
    return shaped.select(*batch.groups)
