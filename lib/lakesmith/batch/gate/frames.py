"""Room 3, gate: tag rows by the checks, keep the good ones, observe the figures on the write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, MapType, StructType, VariantType

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.align_schema import fitted
from lakesmith.batch.gate.delete_rules import for_deletes, is_delete
from lakesmith.batch.gate.partial_events import fill, for_partial, with_kept
from lakesmith.batch.gate.regex_problems import with_known_patterns
from lakesmith.batch.gate.tied_rows import tie_figures
from lakesmith.batch.observation import Figures
from lakesmith.batch.read.rows import asked_fields, read
from lakesmith.batch.transform.steps import transform
from lakesmith.columns import KEPT, TRUNCATES
from lakesmith.errors import WriteError
from lakesmith.quality.checks.arrival import arrival_metrics
from lakesmith.quality.checks.table_checks import freshness_metrics
from lakesmith.quality.gate import accepted, gate_metrics, raw_text, rejected, tag
from lakesmith.quality.profile import profile_metrics, secret_columns
from lakesmith.quality.rule import Rule
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model import Write
from lakesmith.tables.commit import Outcome, Verdict
from lakesmith.tables.ref import HIDDEN
from lakesmith.tables.writes import newest_first
from lakesmith.transforms.contract import select_contract
from lakesmith.transforms.keys.one_row import one_row
from lakesmith.transforms.keys.ties import refuse_ties
from lakesmith.transforms.scd2 import instant_of
from lakesmith.types import Transform

NESTED = (ArrayType, MapType, StructType, VariantType)


@dataclass
class Gated:
    """A gated batch: `rows` go to the table, and the figures fill when they are written.

    `plain` is the same without observations, for what must not consume them.
    """

    batch: BatchContext
    rules: tuple[Rule, ...]
    rows: DataFrame
    read_figures: Figures
    gate_figures: Figures
    final_figures: Figures
    tie_figures: Figures | None = None

    def plain(self) -> Stages:
        """Return the stages of the batch without observations."""
        return stages(self.batch)

    def rejected(self) -> DataFrame:
        """Return the rows for the quarantine with reasons and the raw row."""
        return self.plain().tagged.transform(rejected(self.rules))

    def read_again(self) -> DataFrame:
        """Return the raw row of everything that the batch reads: ``_raw`` STRING, as the quarantine has it."""
        return self.plain().tagged.transform(raw_text)

    def figures(self, outcome: Outcome) -> dict[str, Any]:
        """Return all figures of the batch; recomputed where observation and commit disagree.

        Notes
        -----
        After a skipped write no observation comes. Recomputing costs an aggregate over the batch for each stage.
        """
        found = self._observed() if outcome.verdict is Verdict.WRITTEN else None
        if found is not None and outcome.agrees(
            found["final"]["rows"], found["final"].get("emptied", 0)
        ):
            return {**found, "recomputed": False}
        plain = self.plain()
        gate = self.gate_figures.compute(plain.tagged)
        final = self.final_figures.compute(plain.final)
        read_rows = (
            gate if self.counts_computed else self.read_figures.compute(plain.read)
        )
        return {"read": read_rows, "gate": gate, "final": final, "recomputed": True}

    def _observed(self) -> dict[str, Any] | None:
        if (
            self.batch.spec.nondeterministic
        ):  # what was read was observed when the batch was staged, or never
            return None
        final = self.final_figures.get()
        gate = self.gate_figures.get() if final is not None else None
        if final is None or gate is None:
            return None
        read_rows = gate if self.counts_computed else self.read_figures.get()
        if read_rows is None:
            return None
        ties = self.tie_figures.get() if self.tie_figures else None
        return {"read": read_rows, "gate": gate, "final": final, "ties": ties or {}}

    @property
    def counts_computed(self) -> bool:
        """True for what is computed anew: its rows are counted from the gate on."""
        return self.batch.spec.write.recomputes


@dataclass(frozen=True)
class Stages:
    """The frames of a batch between the rooms."""

    read: DataFrame
    tagged: DataFrame
    events: DataFrame
    final: DataFrame
    rules: tuple[Rule, ...]

    def filled(self, batch: BatchContext) -> DataFrame:
        """Return the rows to write where events leave values as they were, as far as older ones here tell them."""
        return one_each(batch, fill(batch.spec, self.events))


def gate(batch: BatchContext) -> Gated:
    """Build the gated batch with its observations; nothing runs yet."""
    source = read(batch)
    arrival = arrival_metrics(source) if asked_fields(batch) else []
    read_figures = Figures([F.count(F.lit(1)).alias("rows"), *arrival])
    # An observation stops filters: what is computed anew must reach the scan with what it touches.
    recomputes = batch.spec.write.recomputes
    tagged, rules = tagged_rows(
        batch, transform(batch, source if recomputes else read_figures.on(source))
    )
    gate_figures = Figures(gate_metrics(rules))
    ties = tie_figures(batch.spec.write, batch.project.profile_of(batch.name))
    final = one_each(batch, shaped_rows(batch, gate_figures.on(tagged), rules), ties)
    final_figures = Figures(_final_metrics(batch, final))
    return Gated(
        batch,
        rules,
        final_figures.on(final),
        read_figures,
        gate_figures,
        final_figures,
        ties,
    )


def stages(batch: BatchContext) -> Stages:
    """Build the same frames without observations."""
    source = read(batch)
    tagged, rules = tagged_rows(batch, transform(batch, source))
    events = shaped_rows(batch, tagged, rules)
    return Stages(source, tagged, events, one_each(batch, events), rules)


def tagged_rows(
    batch: BatchContext, rows: DataFrame
) -> tuple[DataFrame, tuple[Rule, ...]]:
    """Tag rows by the compiled rules; bronze keeps all of them, and emptied groups pass untested."""
    truncates = batch.spec.write.truncates
    if truncates is not None:
        rows = rows.withColumn(
            TRUNCATES, F.coalesce(F.expr(truncates).cast("boolean"), F.lit(False))
        )
    rules = with_known_patterns(
        resolve(compile_rules(batch.spec, dict(rows.dtypes)), rows), rows
    )
    if not batch.reads_table:
        rules = tuple(replace(rule, on_fail="warn") for rule in rules)
    for exempt in ("_emptied", TRUNCATES):
        if exempt in rows.columns:
            rules = tuple(
                replace(rule, failed=rule.failed & ~F.col(exempt)) for rule in rules
            )
    rules = for_partial(batch.spec, rows, for_deletes(batch.spec, rows, rules))
    return rows.transform(tag(rules)), rules


def shaped_rows(
    batch: BatchContext, tagged: DataFrame, rules: tuple[Rule, ...]
) -> DataFrame:
    """Return the accepted rows in exactly the table's columns, with `_kept` where events may leave values alone."""
    good = _with_hidden(batch, tagged.transform(accepted(rules)))
    hidden = tuple(name for name in (*HIDDEN, "_emptied", KEPT) if name in good.columns)
    if not batch.reads_table:
        return fitted(batch, good.drop("_raw"))
    of_table = (
        select_contract(batch.spec.columns, hidden)
        if batch.spec.columns
        else _bare(batch, hidden)
    )
    shaped = fitted(batch, with_kept(batch.spec, good.transform(of_table)))
    is_strict = batch.spec.write.on_tie == "fail"
    return shaped.transform(refuse_ties(batch.spec.write.keys)) if is_strict else shaped


def one_each(
    batch: BatchContext, shaped: DataFrame, ties: Figures | None = None
) -> DataFrame:
    """Return the rows to write: one a key, or one a key and instant; keys with tied rows are counted."""
    if not batch.reads_table:
        return shaped
    if batch.spec.write.keeps_history:
        return shaped.transform(_one_an_instant(batch, ties))
    return (
        shaped.transform(_one_a_key(batch, ties))
        if batch.spec.write.keeps_newest
        else shaped
    )


def _bare(batch: BatchContext, hidden: Sequence[str]) -> Transform:
    """Select the columns of a table without a contract."""

    def apply(rows: DataFrame) -> DataFrame:
        _require_plain_keys(batch, rows)
        return rows.select(
            *[
                name
                for name in rows.columns
                if not name.startswith("_") or name in hidden
            ]
        )

    return apply


def _require_plain_keys(batch: BatchContext, rows: DataFrame) -> None:
    named_keys = {
        name.lower() for name in (*batch.spec.write.keys, *batch.spec.write.key_implies)
    }
    for column in rows.schema.fields:
        if column.name.lower() in named_keys and isinstance(column.dataType, NESTED):
            raise WriteError(
                f"the key column '{column.name}' is {column.dataType.simpleString()}, and a key is one plain value",
                code="LS511",
                where=batch.name,
                hint="make columns of its parts, or of its text (to_json), and name these",
            )


def _one_a_key(batch: BatchContext, ties: Figures | None) -> Transform:
    """Keep the newest row of each key; ties go the same way as in the MERGE, or arrival would show."""
    keys = batch.spec.write.keys
    implied = unproven(batch.spec)

    def apply(rows: DataFrame) -> DataFrame:
        order = newest_first(rows.columns)
        first = batch.spec.write.keeps_first
        look = ties.on if ties else None
        return rows.transform(
            one_row(keys, order, keeps_first=first, implied=implied, look=look)
        )

    return apply


def _one_an_instant(batch: BatchContext, ties: Figures | None) -> Transform:
    """Keep the event of each key and instant whose sequence is the highest."""

    def apply(rows: DataFrame) -> DataFrame:
        placed = rows.withColumn("_at", F.col("_seq").getField(instant_of(rows)))
        keys = [*batch.spec.write.keys, "_at"]
        look = ties.on if ties else None
        return placed.transform(
            one_row(keys, newest_first(rows.columns), look=look)
        ).drop("_at")

    return apply


def _with_hidden(batch: BatchContext, rows: DataFrame) -> DataFrame:
    write = batch.spec.write
    if not (write.keeps_history or write.keeps_newest):
        return rows
    if write.sequence_by:
        rows = rows.withColumn("_seq", F.struct(*write.sequence_by))
    if TRUNCATES in rows.columns:
        return _with_marks(rows, write)
    if write.apply_as_deletes or "_deleted" in rows.columns:
        rows = rows.withColumn("_deleted", is_delete(rows, write.apply_as_deletes))
    return rows


def _with_marks(rows: DataFrame, write: Write) -> DataFrame:
    """Make the tombstone of the NULL key of an event that truncates."""
    truncates = F.col(TRUNCATES)
    values = {
        name: F.when(~truncates, F.col(f"`{name}`"))
        for name in rows.columns
        if not name.startswith("_")
    }
    return rows.withColumns(
        {**values, "_deleted": is_delete(rows, write.apply_as_deletes) | truncates}
    )


def _final_metrics(batch: BatchContext, final: DataFrame) -> list[Column]:
    types = {
        f.name: f.dataType.simpleString()
        for f in final.schema.fields
        if not f.name.startswith("_")
    }
    secret = secret_columns(batch.spec.columns)
    profile = profile_metrics(types, batch.project.profile_of(batch.name), secret)
    emptied = (
        [F.count_if("_emptied").alias("emptied")] if "_emptied" in final.columns else []
    )
    deleted = (
        [F.count_if("_deleted").alias("deleted")] if "_deleted" in final.columns else []
    )
    fresh = freshness_metrics(
        batch.spec, types, datetime.fromisoformat(batch.intent.run_time)
    )
    return [F.count(F.lit(1)).alias("rows"), *emptied, *deleted, *fresh, *profile]
