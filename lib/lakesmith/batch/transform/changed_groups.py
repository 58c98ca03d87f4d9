"""Find the groups or partitions that a change of the upstream touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.batch.transform.backfill_filter import on_dates
from lakesmith.batch.transform.row_by_row import as_stored, keyed, row_by_row
from lakesmith.sources.registry import span_of
from lakesmith.spec.step_effects import before_own_code, row_wise
from lakesmith.spec.steps import lowered
from lakesmith.transforms.contract import to_contract
from lakesmith.transforms.steps.bind import run_steps

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
    found = shaped.select(*batch.groups)
    as_read = _groups_as_read(batch, rows, inputs)
    # Of another type it is another column with the name of a group.
    is_same = as_read is not None and _types(as_read) == _types(found)
    return found.union(as_read) if as_read is not None and is_same else found


def _types(rows: DataFrame) -> list[str]:
    return [kind for _, kind in rows.dtypes]


def _groups_as_read(
    batch: BatchContext, rows: DataFrame, inputs: BatchInputs
) -> DataFrame | None:
    """Return the groups before SQL or a function of the user, None where they have none.

    Such code may look at all rows of a group, and would lose a group of which it sees a part.
    """
    spec = batch.spec
    known = before_own_code(spec.steps)
    if spec.sql is None and len(known) == len(spec.steps):
        return None
    run = run_steps(row_wise(known), inputs.lookups)
    is_partition = spec.write.recompute_unit == "partition"
    contract = spec.columns if is_partition else {}
    contracted = rows.transform(to_contract(contract)) if contract else rows
    shaped = contracted.transform(run)
    names = lowered(shaped.columns)
    if not lowered(batch.groups) <= names:
        return None
    return shaped.transform(as_stored(batch)).select(*batch.groups)
