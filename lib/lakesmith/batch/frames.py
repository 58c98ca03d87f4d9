"""Hold the lazy frames of a batch, the observed ones to write and others to recompute from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from lakesmith.batch.gate.gate_rows import GatedRows, gate_rows, gate_rows_observed
from lakesmith.batch.gate.one_each import compared_rows
from lakesmith.batch.read.inputs import BatchInputs
from lakesmith.batch.transform.steps import transform
from lakesmith.batch.write.staging import staged
from lakesmith.quality.gate import rejected
from lakesmith.tables.commit import Outcome, WriteResult

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.gate.metrics import GateMetrics
    from lakesmith.quality.rule import Rule


@dataclass
class BatchFrames:
    """Hold the frames of a batch, which are lazy.

    Parameters
    ----------
    batch : BatchContext
    inputs : BatchInputs
    rules : tuple of Rule
        The compiled rules of the table.
    rows : DataFrame
        The rows to write. Writing them fills the metrics. *Columns*: the table's, and ``_emptied``
        or ``_kept`` where the strategy needs them.
    observed : GateMetrics
        The observations of the gate.
    """

    batch: BatchContext
    inputs: BatchInputs
    rules: tuple[Rule, ...]
    rows: DataFrame
    observed: GateMetrics

    @cached_property
    def replay(self) -> GatedRows:
        """Return the same frames without observations, which fill on the first action only."""
        return gated(self.batch, self.inputs, self.rules)

    def rejected(self, counts: Mapping[str, int] | None = None) -> DataFrame:
        """Return the rows for the quarantine.

        With the metrics of the gate, rules that no row fails are not evaluated again.

        *Columns*: ``_reasons`` ARRAY<STRUCT<check, column, value>>, ``_raw`` STRING (JSON).
        """
        return self.replay.tagged.transform(rejected(self.rules, counts))

    def rebuilt(self) -> BatchFrames:
        """Return the frames of a batch whose table was altered."""
        return build_frames(self.batch, self.inputs)

    def metrics(self, outcome: Outcome) -> dict[str, Any]:
        """Return all metrics of the batch by name of the stage.

        Notes
        -----
        They are recomputed where observation and commit disagree. After a skipped write no
        observation comes, nor for a table that is declared `nondeterministic`. Recomputing costs
        an aggregate over the batch for each stage.
        """
        observed = self._observed() if outcome.result is WriteResult.WRITTEN else None
        if observed is None or not _agree(observed["final"], outcome):
            return self.computed()
        return {**observed, "recomputed": False}

    def _observed(self) -> dict[str, Any] | None:
        if self.batch.spec.nondeterministic:
            return None  # observed when the batch was staged, or never
        final = self.observed.final.get()
        gate = self._observed_gate() if final is not None else None
        if final is None or gate is None:
            return None
        read = self.inputs.metrics.get() if self.inputs.metrics else gate
        if read is None:
            return None
        ties = self.observed.ties.get() if self.observed.ties else {}
        if ties is None:
            ties = self._recomputed_ties()
        return {"read": read, "gate": gate, "final": final, "ties": ties}

    def _observed_gate(self) -> dict[str, Any] | None:
        """Return the metrics of the gate, recomputed where rows that do not fit were left out."""
        gate = self.observed.gate.get()
        if gate is None or self.inputs.unfit is None:
            return gate
        unfit = self.inputs.unfit.get()
        if unfit is None:
            return None
        if not unfit["rows"]:
            return gate
        return self.observed.gate.compute(self.replay.tagged)

    def computed(self) -> dict[str, Any]:
        """Return all metrics of the batch by an aggregate for each stage, without a write."""
        gate = self.observed.gate.compute(self.replay.tagged)
        final = self.observed.final.compute(self.replay.final)
        of_rows = self.inputs.metrics
        read = of_rows.compute(self.inputs.rows) if of_rows else gate
        return {
            "read": read,
            "gate": gate,
            "final": final,
            "ties": self._recomputed_ties(),
            "recomputed": True,
        }

    def _recomputed_ties(self) -> dict[str, Any]:
        ties = self.observed.ties
        if ties is None:
            return {}
        return ties.compute(compared_rows(self.batch, self.replay.events))


def build_frames(batch: BatchContext, inputs: BatchInputs) -> BatchFrames:
    """Transform and gate what a batch reads, with observations.

    Notes
    -----
    No Spark job, but for a nondeterministic batch, which is staged.
    """
    shaped = staged(batch, transform(batch, inputs, observed=True))
    return gate(batch, inputs, shaped)


def gate(batch: BatchContext, inputs: BatchInputs, shaped: DataFrame) -> BatchFrames:
    """Gate the rows of a batch and observe what the gate does."""
    rows, metrics = gate_rows_observed(batch, shaped)
    return BatchFrames(batch, inputs, rows.rules, rows.final, metrics)


def gated(
    batch: BatchContext, inputs: BatchInputs, rules: tuple[Rule, ...] | None = None
) -> GatedRows:
    """Transform and gate what a batch reads, without observations."""
    return gate_rows(batch, staged(batch, transform(batch, inputs)), rules)


def full_history(batch: BatchContext) -> GatedRows:
    """Return the frames of a batch as if it read its upstream from the first row on."""
    whole = batch.from_the_beginning()
    if not batch.spec.nondeterministic:
        # The staging table holds the batch, not all that came before.
        return gate_rows(whole, transform(whole, BatchInputs(whole)))
    return gated(whole, BatchInputs(whole))


def _agree(final: dict[str, Any], outcome: Outcome) -> bool:
    return outcome.agrees(final["rows"], final.get("emptied", 0))
