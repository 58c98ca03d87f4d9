"""Compile the rules of a batch for the columns that it has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.delete_rules import for_deletes
from lakesmith.batch.gate.partial_events import for_partial
from lakesmith.batch.transform.unfit_rows import with_judgement
from lakesmith.column_refs import is_true
from lakesmith.columns import TRUNCATES
from lakesmith.quality.raw import types_with_raw
from lakesmith.quality.regex_problems import require_patterns, with_known_patterns
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.quality.rule import Rule
    from lakesmith.spec.model import Write

EXEMPT = ("_emptied", TRUNCATES)


def batch_rules(batch: BatchContext, rows: DataFrame) -> tuple[Rule, ...]:
    """Return the rules that tag the rows of a batch.

    Notes
    -----
    A table that lands its source keeps all rows: there a failed rule warns. Emptied groups and
    truncates pass untested. No Spark job.

    Raises
    ------
    StepError
        LS149 for a constant pattern of a step or of the table's SQL that Java does not take.
    """
    spec = batch.spec
    require_patterns(batch.name, spec, rows)
    columns = types_with_raw(rows)
    compiled = compile_rules(spec, columns, batch.run_time)
    resolved = resolve(compiled, rows)
    known = with_known_patterns(resolved, rows)
    rules = with_judgement(known, rows)
    if batch.lands_source:
        rules = tuple(replace(rule, on_fail="warn") for rule in rules)
    for flag in EXEMPT:
        if flag in rows.columns:
            rules = tuple(_without(rule, flag) for rule in rules)
    sparing = for_deletes(spec, rows, rules)
    return for_partial(spec, rows, sparing)


def with_truncates(write: Write) -> Transform:
    """Mark the events that truncate the table.

    Notes
    -----
    *Columns*: for a table with `truncates` adds ``_truncates`` BOOLEAN, never NULL; else as they
    are.
    """

    def apply(rows: DataFrame) -> DataFrame:
        if write.truncates is None:
            return rows
        condition = F.expr(write.truncates).cast("boolean")
        return rows.withColumn(TRUNCATES, is_true(condition))

    return apply


def _without(rule: Rule, flag: str) -> Rule:
    failed = rule.failed & ~F.col(flag)
    return replace(rule, failed=failed)
