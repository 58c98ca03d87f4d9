"""Find the rows that pass each filter, since the gate or the table has to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.lacked_values import lacks_filtered
from lakesmith.column_refs import named
from lakesmith.columns import DELETED, TRUNCATES, UNFIT

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


def passes_of(spec: Table, rows: DataFrame) -> list[Column]:
    """Return the conditions of the rows that pass each filter.

    They are rows that do not fit the contract, deletes and truncates, which may name their key
    only, and events that lack what a filter asks.

    *Columns*: uses `_unfit`, `_deleted`, `_truncates`, `_kept` and those of the conditions in
    `write`, where they are there.
    """
    passes = [named(name) for name in (DELETED, TRUNCATES) if name in rows.columns]
    if UNFIT in rows.columns:
        passes.append(named(UNFIT).isNotNull())
    for condition in (spec.write.apply_as_deletes, spec.write.truncates):
        if condition and _is_known(condition, rows):
            is_met = F.expr(condition)
            passes.append(is_met.cast("boolean"))
    lacks = lacks_filtered(spec, rows)
    if lacks is None:
        return passes
    return [*passes, lacks]


def knows_deletes(spec: Table, rows: DataFrame) -> bool:
    """Return whether rows have the columns of the condition for deletes, if there is one."""
    condition = spec.write.apply_as_deletes
    return condition is None or _is_known(condition, rows)


def _is_known(condition: str, rows: DataFrame) -> bool:
    try:
        _ = rows.select(F.expr(condition)).schema
    except AnalysisException:
        return False
    return True
