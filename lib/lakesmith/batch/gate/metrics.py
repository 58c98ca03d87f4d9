"""Observe the frames of the gate while they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.tied_rows import tie_metrics
from lakesmith.batch.observation import ObservedMetrics
from lakesmith.quality.batch_checks import batch_metrics
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.conditions import measured_rows
from lakesmith.quality.gate import gate_metrics
from lakesmith.quality.profile import profile_metrics, secret_columns
from lakesmith.transforms.responses.treat import marker_metrics

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.quality.rule import Rule


@dataclass(frozen=True)
class GateMetrics:
    """Hold the observations of the tagged rows, the final rows and the tied rows."""

    gate: ObservedMetrics
    final: ObservedMetrics
    ties: ObservedMetrics | None = None


def observed_gate(rules: tuple[Rule, ...], columns: Sequence[str]) -> ObservedMetrics:
    """Return the observation of tagged rows, and of the values that steps set in them."""
    of_rules = gate_metrics(rules)
    of_marks = marker_metrics(columns)
    return ObservedMetrics([*of_rules, *of_marks])


def observed_ties(batch: BatchContext) -> ObservedMetrics | None:
    """Return the observation of tied rows, for a table that counts them."""
    profile = batch.project.profile_of(batch.name)
    return tie_metrics(batch.spec.write, profile)


def observed_final(batch: BatchContext, final: DataFrame) -> ObservedMetrics:
    """Return the observation of the rows to write."""
    counted = {"_emptied": "emptied", "_deleted": "deleted"}
    counts = [
        F.count_if(flag).alias(name)
        for flag, name in counted.items()
        if flag in final.columns
    ]
    rows = F.count(F.lit(1)).alias("rows")
    return ObservedMetrics([rows, *counts, *_of_columns(batch, final)])


def visible_types(rows: DataFrame) -> dict[str, str]:
    """Return the columns that readers see, each with its type.

    Examples
    --------
    >>> visible_types(spark.sql("SELECT 1 AS id, false AS _deleted"))
    {'id': 'int'}
    """
    return {
        field.name: field.dataType.simpleString()
        for field in rows.schema.fields
        if not field.name.startswith("_")
    }


def _of_columns(batch: BatchContext, final: DataFrame) -> list[Column]:
    spec = batch.spec
    types = visible_types(final)
    scope = BatchScope(
        spec,
        types,
        batch.run_time,
        final,
        name=batch.name,
        frozen=batch.frozen,
    )
    checks = batch_metrics(scope)
    secret = secret_columns(spec.columns)
    settings = batch.project.profile_of(batch.name)
    measured = measured_rows(None, final)
    profile = profile_metrics(types, settings, secret, measured)
    return [*checks, *profile]
