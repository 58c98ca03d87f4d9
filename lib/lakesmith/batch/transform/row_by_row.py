"""Run the contract and the steps or the SQL of a table on each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql.types import DataType

from lakesmith.batch.gate.delete_rules import for_deletes
from lakesmith.batch.transform.passing_rows import knows_deletes, passes_of
from lakesmith.batch.transform.unfit_rows import (
    judge,
    judge_given,
    passing_filters,
    past,
    split_steps,
)
from lakesmith.column_refs import named, types_of
from lakesmith.columns import KEPT, MOVED, TRUNCATES
from lakesmith.errors import StepError
from lakesmith.quality.raw import types_with_raw
from lakesmith.quality.rules import compile_rules
from lakesmith.transforms.contract import as_declared, to_contract
from lakesmith.transforms.steps.bind import Step, run_steps
from lakesmith.transforms.values.computed import computed
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.spec.model import Table

_DELETED = ("what {} deleted is lost", "so that a delete reaches this table")
MARKS = {
    "_deleted": _DELETED,
    TRUNCATES: _DELETED,
    KEPT: (
        "values that an event leaves as they were would become NULL",
        "or write unavailable_values: []",
    ),
    MOVED: (
        "an update of a key would delete the row that it writes",
        "so that a key which stays the same is no move",
    ),
}


def row_by_row(
    batch: BatchContext,
    rows: DataFrame,
    inputs: Mapping[str, DataFrame],
    steps: Sequence[Step],
    watch: Transform | None = None,
) -> DataFrame:
    """Return the rows of a table that the steps or the SQL make, one for each row or fewer.

    With `watch` without those that do not fit, where a step may lose rows (see `past`).

    *Columns*: the contract's and whatever the steps leave.

    Raises
    ------
    StepError
        LS308 when the steps lose a column that marks deletes or unchanged values.
    """
    contracted = (
        rows.transform(to_contract(batch.spec.columns)) if batch.spec.columns else rows
    )
    query = batch.spec.sql
    shaped = contracted.transform(_shaped(batch, inputs, steps, watch))
    for mark in MARKS:
        if mark in rows.columns and mark not in shaped.columns:
            what, hint = MARKS[mark]
            raise StepError(
                f"the {'SQL loses' if query else 'steps lose'} column {mark}: "
                f"{what.format(batch.spec.from_)}",
                code="LS308",
                where=batch.name,
                hint=f"select {mark} too, {hint}",
            )
    if not batch.groups:
        return shaped
    return shaped.transform(as_stored(batch))


def _shaped(
    batch: BatchContext,
    inputs: Mapping[str, DataFrame],
    steps: Sequence[Step],
    watch: Transform | None,
) -> Transform:
    """Run the SQL or the steps, which no row passes unseen whose input does not fit."""
    spec = batch.spec
    if spec.sql:
        query = _query(batch, inputs)
        if batch.lands_source:
            return query
        return _judging(spec, past(query, watch))
    split = split_steps(steps)
    if batch.lands_source or not (split.passing or split.lossy):
        return run_steps(steps, inputs)
    repair = run_steps(split.repairing, inputs)
    passing = _passing(spec, run_steps(split.passing, inputs))
    lossy = _passing(spec, run_steps(split.lossy, inputs))
    others: Transform = _unchanged
    if split.lossy:
        others = _judging_given(spec, split.lossy, past(lossy, watch))
    rest = _judging(spec, _both(passing, others))
    return _both(repair, rest)


def _both(first: Transform, second: Transform) -> Transform:
    return lambda rows: rows.transform(first).transform(second)


def _passing(spec: Table, steps: Transform) -> Transform:
    return passing_filters(lambda rows: passes_of(spec, rows), steps)


def _unchanged(rows: DataFrame) -> DataFrame:
    return rows


def _judging(spec: Table, shape: Transform) -> Transform:
    def apply(rows: DataFrame) -> DataFrame:
        compiled = compile_rules(spec, types_with_raw(rows))
        rules = (
            for_deletes(spec, rows, compiled) if knows_deletes(spec, rows) else compiled
        )
        return rows.transform(judge(rules)).transform(shape)

    return apply


def _judging_given(spec: Table, lossy: Sequence[Step], shape: Transform) -> Transform:
    def apply(rows: DataFrame) -> DataFrame:
        if not knows_deletes(spec, rows):
            return rows.transform(shape)
        rules = compile_rules(spec, types_with_raw(rows))
        spares = passes_of(spec, rows)
        if KEPT in rows.columns:
            spares.append(named(KEPT).isNotNull())
        return rows.transform(judge_given(rules, lossy, spares)).transform(shape)

    return apply


def keyed(
    batch: BatchContext, lookups: Mapping[str, DataFrame], steps: Sequence[Step]
) -> Transform:
    """Run the steps before `aggregate`, then type the keys as the contract does.

    Values that are one key by the contract are one group. *Columns*: those of the steps.
    """
    spec = batch.spec
    run = run_steps(steps, lookups)
    typed = as_declared(spec.columns, spec.write.keys)
    return _both(run, typed)


def as_stored(batch: BatchContext) -> Transform:
    """Cast the groups as the contract says, since another type would miss a group."""
    kinds = {
        name: DataType.fromDDL(batch.spec.columns[name].type)
        for name in batch.groups
        if name in batch.spec.columns
    }

    def apply(rows: DataFrame) -> DataFrame:
        types = types_of(rows)
        typed = {
            name: computed(name, types[name.lower()], kind)
            for name, kind in kinds.items()
            if name.lower() in types
        }
        # Spark Connect refuses an empty mapping.
        return rows.withColumns(typed) if typed else rows

    return apply


def _query(batch: BatchContext, inputs: Mapping[str, DataFrame]) -> Transform:
    def apply(rows: DataFrame) -> DataFrame:
        views = {batch.spec.input_name: rows, **inputs}
        for name, frame in views.items():
            frame.createOrReplaceTempView(name)
        return batch.session.sql(batch.spec.sql or "")

    return apply
