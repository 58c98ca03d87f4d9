"""Judge a batch by its metrics, before or after its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from lakesmith.batch.event_fields import asked_fields
from lakesmith.batch.gate.metrics import visible_types
from lakesmith.batch.gate.tied_rows import tie_verdicts
from lakesmith.batch.gate.unfit_keys import unfit_keys, unread_keys
from lakesmith.batch.write.strategies.registry import strategy_of
from lakesmith.quality.batch_checks import (
    batch_results,
    earlier_keys,
    exact_metrics,
    shuffle_metrics,
)
from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.checks.arrival import arrival_results
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.checks.batch.measure import measure
from lakesmith.quality.checks.growth import growth_results
from lakesmith.quality.checks.treated import treated_results
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.profile import profile_rows
from lakesmith.sources.registry import source_of
from lakesmith.tables.pruning.file_stats import table_files
from lakesmith.tables.ref import visible

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.quality.checks.batch.evaluation import EarlierKeys

# The check of rows that a source has and a batch did not read.
UNREAD = "all_rows_read"
Verdicts = tuple[CheckResult, ...]
Repeats = Callable[["Mapping[str, EarlierKeys]"], "Mapping[str, int]"]


def judged(
    frames: BatchFrames,
    metrics: Mapping[str, Any],
    table_rows: Callable[[], DataFrame],
    committed: Mapping[str, int],
    repeats: Repeats,
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
    repeats : callable
        Takes the keys that checks compare with earlier rows, returns how many rows repeat one.
    """
    batch = frames.batch
    write = batch.spec.write
    types = visible_types(frames.rows)
    scope = _scope(frames, types)
    final = metrics["final"]
    paid = measured(frames, table_rows, scope, final, repeats(earlier_keys(scope)))
    return (
        *gate_results(frames.rules, metrics["gate"]),
        *batch_results(scope, paid),
        *strategy_of(write).accounting(write, committed, final["rows"]),
        *tie_verdicts(write, metrics),
        *_arrived(batch, metrics, types),
        *treated_results(batch.spec, metrics["gate"]),
        *_growth(batch, metrics),
        *_unread_rows(batch, metrics["read"]["rows"]),
        *unfit_keys(frames),
        *unread_keys(frames, metrics["gate"], committed),
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
    return judged(frames, metrics, lambda: frames.replay.final, committed, _no_repeats)


def _no_repeats(keys: Mapping[str, EarlierKeys]) -> dict[str, int]:
    """Return nothing, since `validate` refuses checks of earlier rows for a staged table."""
    return {}


def _scope(frames: BatchFrames, types: Mapping[str, str]) -> BatchScope:
    batch = frames.batch
    compared = frames.inputs.references
    return BatchScope(
        batch.spec,
        types,
        batch.run_time,
        frames.rows,
        compared,
        row_counts(batch, compared),
        batch.name,
        frozen=batch.frozen,
    )


def row_counts(batch: BatchContext, compared: Iterable[str]) -> dict[str, int]:
    """Return how many rows the table and those that its checks read have, from their logs.

    Notes
    -----
    No job. A table has none here that is not on a local path, or has a file without statistics.
    """
    others = list(compared)
    names = [batch.name, *others] if others else []
    counts: dict[str, int] = {}
    for name in names:
        files = table_files(batch.ref(name))
        rows = files.rows if files else None
        if rows is not None:
            counts[name] = rows

    return counts


def _has_rows(batch: BatchContext) -> bool:
    if not batch.table.exists(batch.session):
        return False
    rows = batch.table.load(batch.session)
    return not rows.isEmpty()


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


def _growth(batch: BatchContext, metrics: Mapping[str, Any]) -> Iterator[CheckResult]:
    """Judge the growth of the quarantine; a replay adds nothing to it."""
    if batch.intent.is_replay or batch.lands_source:
        return
    limit = batch.project.quarantine_of(batch.name).warn
    quarantined = metrics["gate"]["quarantined"]
    yield from growth_results(limit, quarantined, metrics["read"]["rows"])


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
    repeats: Mapping[str, int],
) -> dict[str, Any]:
    """Return the observed metrics of the checks and those that cost a job of their own.

    A check that reads the written table costs a shuffle, but for one that compares the batch with
    the earlier rows, which costs a few jobs over what can have its keys. An estimate that decides
    nothing costs a pass over the batch.
    """
    metrics = {**observed, **repeats}
    for name, one in exact_metrics(scope, observed).items():
        metrics[name] = measure(frames.replay.final, one)
    for name, one in shuffle_metrics(scope).items():
        if name in repeats:
            continue
        metrics[name] = measure(visible(table_rows()), one)
    return metrics
