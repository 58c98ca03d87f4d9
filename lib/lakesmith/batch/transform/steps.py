"""Room 2, transform: contract, then steps or SQL; pure, from frames to a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.context import BatchContext
from lakesmith.batch.read.rows import read, read_changes, read_lookups
from lakesmith.batch.transform.backfill_filter import on_dates
from lakesmith.batch.transform.incremental_aggregate import (
    computed,
    keyed,
    merged_groups,
    recomputed,
)
from lakesmith.batch.transform.staging import staged
from lakesmith.columns import ARRIVED, KEPT, TRUNCATES
from lakesmith.errors import StepError
from lakesmith.sources.registry import span_of
from lakesmith.spec.step_effects import row_wise
from lakesmith.transforms.contract import to_contract
from lakesmith.transforms.steps.bind import Step, run_steps
from lakesmith.types import Transform

_DELETED = ("what {} deleted is lost", "so that a delete reaches this table")
MARKS = {
    "_deleted": _DELETED,
    TRUNCATES: _DELETED,
    KEPT: (
        "values that an event leaves as they were would become NULL",
        "or write unavailable_values: []",
    ),
}


def transform(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Turn the rows of a batch into rows of the table; the same rows each time that it is asked."""
    return staged(batch, _shaped(batch, rows))


def _shaped(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Turn the rows of a batch into rows of the table.

    Returns
    -------
    DataFrame
        *Columns*: the contract's and whatever the steps leave, with ``_raw`` STRUCT for row-wise tables and
        ``_emptied`` BOOLEAN for recomputed groups.
    """
    inputs = read_lookups(batch)
    rows = rows.drop(ARRIVED)
    if batch.spec.write.strategy == "aggregate":
        return _aggregated(batch, rows, inputs)
    shaped = _row_by_row(batch, rows, inputs, batch.spec.steps)
    if batch.touched:
        return shaped.filter(batch.touched.predicate())
    return shaped.transform(on_dates(batch))


def _row_by_row(
    batch: BatchContext,
    rows: DataFrame,
    inputs: Mapping[str, DataFrame],
    steps: Sequence[Step],
) -> DataFrame:
    contracted = (
        rows.transform(to_contract(batch.spec.columns)) if batch.spec.columns else rows
    )
    query = batch.spec.sql
    shaped = (
        _query(batch, contracted, inputs)
        if query
        else contracted.transform(run_steps(steps, inputs))
    )
    for mark in MARKS:
        if mark in rows.columns and mark not in shaped.columns:
            what, hint = MARKS[mark]
            raise StepError(
                f"the {'SQL loses' if query else 'steps lose'} column {mark}: {what.format(batch.spec.from_)}",
                code="LS308",
                where=batch.name,
                hint=f"select {mark} too, {hint}",
            )
    return shaped.transform(_as_stored(batch)) if batch.groups else shaped


def _as_stored(batch: BatchContext) -> Transform:
    """Cast what a table is partitioned by as its contract says: another type would miss its own partition."""
    kinds = {
        name: batch.spec.columns[name].type
        for name in batch.groups
        if name in batch.spec.columns
    }
    typed = {name: F.col(name).cast(kind) for name, kind in kinds.items()}
    return lambda rows: (
        rows.withColumns(typed) if typed else rows
    )  # Spark Connect takes no empty one


def _query(
    batch: BatchContext, rows: DataFrame, inputs: Mapping[str, DataFrame]
) -> DataFrame:
    named = {batch.spec.from_.split(".", 1)[1]: rows, **inputs}
    for name, frame in named.items():
        frame.createOrReplaceTempView(name)
    return batch.session.sql(batch.spec.sql or "")


def _aggregated(
    batch: BatchContext, rows: DataFrame, inputs: Mapping[str, DataFrame]
) -> DataFrame:
    if not batch.is_incremental:
        return computed(batch, rows, inputs)
    if batch.base is not None:
        return merged_groups(batch, rows, inputs)
    return recomputed(batch, rows, changed_groups(batch, inputs), inputs)


def changed_groups(batch: BatchContext, inputs: Mapping[str, DataFrame]) -> DataFrame:
    """Return the distinct keys of the groups, or the partitions, that a change of the upstream touches."""
    span = span_of(batch.intent.input)
    if span is not None and span.since is None:
        # A new version of an input: any group may look different, and one of the table may be gone.
        held = batch.table.load(batch.session).select(*batch.groups)
        return (
            _groups_of(batch, read(batch), inputs)
            .union(held)
            .transform(on_dates(batch))
            .distinct()
        )
    return _groups_of(batch, read_changes(batch), inputs).distinct()


def _groups_of(
    batch: BatchContext, rows: DataFrame, inputs: Mapping[str, DataFrame]
) -> DataFrame:
    # A step that looks at rows together sees the changes alone here, and a filter behind it would lose groups.
    steps = row_wise(batch.spec.steps)
    if batch.spec.write.strategy == "replace_partitions":
        return _row_by_row(batch, rows, inputs, steps).select(*batch.groups)
    return rows.transform(keyed(batch, inputs, steps)).select(*batch.groups)
