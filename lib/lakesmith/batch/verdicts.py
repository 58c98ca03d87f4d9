"""Judge a batch by its metrics, before or after its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from lakesmith.batch.event_fields import asked_fields
from lakesmith.batch.gate.metrics import visible_types
from lakesmith.batch.gate.tied_rows import tie_verdicts
from lakesmith.batch.gate.unfit_keys import unfit_keys
from lakesmith.batch.write.strategies.registry import strategy_of
from lakesmith.quality.batch_checks import (
    batch_results,
    exact_metrics,
    shuffle_metrics,
)
from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.checks.arrival import arrival_results
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.checks.batch.measure import measure
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.profile import profile_rows
from lakesmith.sources.registry import source_of
from lakesmith.tables.ref import visible

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames

# The check of rows that a source has and a batch did not read.
UNREAD = "all_rows_read"
Verdicts = tuple[CheckResult, ...]


def judged(
    frames: BatchFrames,
    metrics: Mapping[str, Any],
    table_rows: Callable[[], DataFrame],
    committed: Mapping[str, int],
) -> Verdicts:
    """Return the results of all checks of a batch.

    Parameters
    ----------
    frames : BatchFrames
    metrics : mapping of str to value
        Those of the batch by name of the stage.
    table_rows : callable
        Returns the rows that the table has with the batch, for checks that cost a shuffle.
    committed : mapping of str to int
        What the commit counted, or what it is known to do.
    """
    batch = frames.batch
    write = batch.spec.write
    types = visible_types(frames.rows)
    compared = frames.inputs.references
    scope = BatchScope(batch.spec, types, batch.run_time, frames.rows, compared)
    final = metrics["final"]
    return (
        *gate_results(frames.rules, metrics["gate"]),
        *batch_results(scope, measured(frames, table_rows, scope, final)),
        *strategy_of(write).accounting(write, committed, final["rows"]),
        *tie_verdicts(write, metrics),
        *_arrived(batch, metrics, types),
        *_unread_rows(batch, metrics["read"]["rows"]),
        *unfit_keys(frames),
    )


def staged_verdicts(frames: BatchFrames, metrics: Mapping[str, Any]) -> Verdicts:
    """Judge a batch that is staged and not yet written.

    Notes
    -----
    Its rows are all that the table will have, where a check costs a shuffle: `validate` refuses
    other tables with such a check.
    """
    committed: dict[str, int] = {}
    if not metrics["final"]["rows"] and _has_rows(frames.batch):
        committed["numRemovedFiles"] = 1
    return judged(frames, metrics, lambda: frames.replay.final, committed)


def _has_rows(batch: BatchContext) -> bool:
    table = batch.table
    return table.exists(batch.session) and not table.load(batch.session).isEmpty()


def _arrived(
    batch: BatchContext, metrics: Mapping[str, Any], types: Mapping[str, str]
) -> Iterator[CheckResult]:
    """Yield a warning for each field that arrives for the first time."""
    profile = profile_rows(
        metrics["final"], types, batch.project.profile_of(batch.name)
    )
    given = {
        row["column"]: row["rows"] - row["nulls"] for row in profile if "nulls" in row
    }
    noun = "images" if batch.reads_table else "lines"
    yield from arrival_results(metrics["read"], asked_fields(batch), given, noun)


def _unread_rows(batch: BatchContext, read: int) -> Iterator[CheckResult]:
    """Refuse a batch that read other rows than its source has, such as a damaged Parquet file."""
    if batch.reads_table:
        return
    source = source_of(batch.project, batch.name)
    expected = source.row_count(batch.session, batch.intent.input)
    if expected is not None and expected != read:
        message = f"{read} rows were read, the files have {expected}: land them again"
        missing = abs(expected - read)
        yield CheckResult(UNREAD, "", "fail", "fail", missing, message)


def measured(
    frames: BatchFrames,
    table_rows: Callable[[], DataFrame],
    scope: BatchScope,
    observed: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the observed metrics of the checks and those that cost a job of their own.

    A check that reads the written table costs a shuffle. An estimate that decides nothing costs a
    pass over the batch.
    """
    metrics = dict(observed)
    for name, one in exact_metrics(scope, observed).items():
        metrics[name] = measure(frames.replay.final, one)
    for name, one in shuffle_metrics(scope).items():
        metrics[name] = measure(visible(table_rows()), one)
    return metrics
