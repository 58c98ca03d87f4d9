"""Tag the rows of a batch by the checks and keep the good ones, one a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.batch.gate.batch_rules import batch_rules, with_truncates
from lakesmith.batch.gate.metrics import (
    GateMetrics,
    observed_final,
    observed_gate,
    observed_ties,
)
from lakesmith.batch.gate.moved_keys import refuse_lacking, without_stayed
from lakesmith.batch.gate.one_each import one_each
from lakesmith.batch.gate.partial_events import fill
from lakesmith.batch.gate.table_columns import in_table_columns
from lakesmith.quality.gate import accepted, tag

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.quality.rule import Rule


@dataclass(frozen=True)
class GatedRows:
    """The frames of a batch behind its transform.

    Parameters
    ----------
    tagged : DataFrame
        *Columns*: those of the transform and ``_gate`` STRUCT, a boolean for each rule.
    events : DataFrame
        The accepted rows. *Columns*: the table's, and ``_kept`` where events may leave values
        alone.
    final : DataFrame
        The rows to write, one a key. *Columns*: as `events`.
    rules : tuple of Rule
    """

    tagged: DataFrame
    events: DataFrame
    final: DataFrame
    rules: tuple[Rule, ...]

    def filled(self, batch: BatchContext) -> DataFrame:
        """Return the rows to write, completed from older events of the batch.

        *Columns*: as `final`.
        """
        return one_each(batch, fill(batch.spec, self.events))


def gate_rows(
    batch: BatchContext, shaped: DataFrame, rules: tuple[Rule, ...] | None = None
) -> GatedRows:
    """Gate the rows of a batch without observations.

    Parameters
    ----------
    batch : BatchContext
    shaped : DataFrame
        The transformed rows.
    rules : tuple of Rule, optional
        The rules of these columns where they are compiled already.
    """
    rows = _settled(batch, shaped)
    if rules is None:
        rules = batch_rules(batch, rows)
    tagged = rows.transform(tag(rules))
    events = _events(batch, tagged, rules)
    final = one_each(batch, events)
    return GatedRows(tagged, events, final, rules)


def _settled(batch: BatchContext, shaped: DataFrame) -> DataFrame:
    """Return the rows with what only all events of a batch decide."""
    truncated = shaped.transform(with_truncates(batch.spec.write))
    return truncated.transform(refuse_lacking(batch.spec))


def _events(
    batch: BatchContext, tagged: DataFrame, rules: tuple[Rule, ...]
) -> DataFrame:
    """Return the accepted rows in the columns of the table."""
    moved = tagged.transform(without_stayed(batch.spec))
    passing = moved.transform(accepted(rules))
    return in_table_columns(batch, passing)


def gate_rows_observed(
    batch: BatchContext, shaped: DataFrame
) -> tuple[GatedRows, GateMetrics]:
    """Gate the rows of a batch. Writing the final rows fills the metrics."""
    rows = _settled(batch, shaped)
    rules = batch_rules(batch, rows)
    of_gate = observed_gate(rules, rows.columns)
    of_ties = observed_ties(batch)
    tagged = of_gate.on(rows.transform(tag(rules)))
    events = _events(batch, tagged, rules)
    look = of_ties.on if of_ties else None
    final = one_each(batch, events, look)
    of_final = observed_final(batch, final)
    gated = GatedRows(tagged, events, of_final.on(final), rules)
    return gated, GateMetrics(of_gate, of_final, of_ties)
