"""Transform the rows of a batch into rows of its table, from frames to a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.batch.transform.backfill_filter import on_dates
from lakesmith.batch.transform.changed_groups import changed_groups
from lakesmith.batch.transform.incremental_aggregate import (
    computed,
    merged_groups,
    recomputed,
)
from lakesmith.batch.transform.row_by_row import row_by_row
from lakesmith.columns import ARRIVED
from lakesmith.errors import StepError
from lakesmith.spec.step_effects import repeats_write
from lakesmith.spec.step_kinds.resolve import treatments

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.read.inputs import BatchInputs


def transform(
    batch: BatchContext, inputs: BatchInputs, *, observed: bool = False
) -> DataFrame:
    """Transform the rows of a batch into rows of the table.

    Parameters
    ----------
    batch : BatchContext
    inputs : BatchInputs
    observed : bool
        Observe the rows that are read. Those that do not fit are counted and left out where steps
        may lose rows.

    Returns
    -------
    DataFrame
        *Columns*: the contract's and whatever the steps leave, with ``_raw`` STRUCT for row-wise
        tables and ``_emptied`` BOOLEAN for recomputed groups.

    Raises
    ------
    StepError
        LS308 when the steps lose the marks of treated values.
    """
    shaped = _shaped(batch, inputs, observed=observed)
    _require_marks(batch, shaped)
    return shaped


def _shaped(batch: BatchContext, inputs: BatchInputs, *, observed: bool) -> DataFrame:
    if batch.spec.write.recompute_unit == "group":
        return _aggregated(batch, inputs)
    rows = inputs.observed_rows if observed else inputs.rows
    landed = rows.drop(ARRIVED)
    spec = batch.spec
    # What is recomputed has no observation before its filters, and what is staged is read again.
    is_watched = observed and not (spec.write.recomputes or spec.nondeterministic)
    watch = inputs.watch_unfit if is_watched else None
    # The newest row of a key is chosen once, behind the filters and checks.
    steps = [step for step in spec.steps if not repeats_write(step, spec.write)]
    shaped = row_by_row(batch, landed, inputs.lookups, steps, watch)
    if batch.touched:
        return shaped.filter(batch.touched.predicate())
    return shaped.transform(on_dates(batch))


def _require_marks(batch: BatchContext, shaped: DataFrame) -> None:
    for name, _, marker in treatments(batch.spec):
        if marker not in shaped.columns:
            raise StepError(
                f"the steps lose column {marker}: what '{name}' set is not counted",
                code="LS308",
                where=batch.name,
                hint=f"select {marker} too in your own function",
            )


def _aggregated(batch: BatchContext, inputs: BatchInputs) -> DataFrame:
    if not batch.is_incremental:
        return computed(batch, inputs)
    if batch.base is not None:
        return merged_groups(batch, inputs)
    return recomputed(batch, inputs, changed_groups(batch, inputs))
