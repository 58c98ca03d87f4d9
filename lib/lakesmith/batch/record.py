"""Record the counts, check results and profile of a committed batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from lakesmith.batch.counts import VERSIONS, Counts
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
from lakesmith.quality.checks.growth import growth_results
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.profile import profile_rows
from lakesmith.sources.registry import source_of
from lakesmith.tables.ref import visible

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.commit import Outcome

# The check of rows that a source has and a batch did not read.
UNREAD = "all_rows_read"
# Metrics of Delta for a replacement that may only have removed rows.
REMOVED = (
    "numRemovedFiles",
    "numDeletedRows",
    "numDeletionVectorsAdded",
    "numDeletionVectorsUpdated",
)


@dataclass(frozen=True)
class BatchRecord:
    """Hold version, counts, check results and profile rows of one batch.

    `recomputed` when no observation came; `moved` when any row of the table changed. `metrics` is
    what Delta counted, `schema` the types of the columns without technical ones.
    """

    version: int
    counts: Counts
    verdicts: tuple[CheckResult, ...]
    profile: tuple[Mapping[str, Any], ...]
    recomputed: bool
    moved: bool = True
    metrics: Mapping[str, int] = field(default_factory=dict)
    schema: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """True when a check refuses publication."""
        return any(verdict.refuses for verdict in self.verdicts)

    def to_metadata(self) -> dict[str, Any]:
        """Return what the ledger keeps of it, for a run that dies before it writes its records."""
        verdicts = [asdict(verdict) for verdict in self.verdicts]
        counts = asdict(self.counts)
        return {
            "version": self.version,
            "recomputed": self.recomputed,
            "counts": counts,
            "verdicts": verdicts,
        }


def record(
    frames: BatchFrames, outcome: Outcome, metrics: Mapping[str, Any]
) -> BatchRecord:
    """Turn metrics and the commit's own counts into the record of the batch."""
    batch = frames.batch
    types = visible_types(frames.rows)
    row_verdicts = gate_results(frames.rules, metrics["gate"])
    counts = count(metrics, outcome, tombstones(batch, metrics["final"], outcome))
    compared = frames.inputs.references
    scope = BatchScope(batch.spec, types, batch.run_time, frames.rows, compared)
    whole = batch_results(scope, measured(frames, outcome, scope, metrics["final"]))
    write = batch.spec.write
    rows = metrics["final"]["rows"]
    guards = strategy_of(write).accounting(write, outcome.metrics, rows)
    profile = profile_rows(
        metrics["final"], types, batch.project.profile_of(batch.name)
    )
    profile += key_profile(batch, outcome)
    given = {
        row["column"]: row["rows"] - row["nulls"] for row in profile if "nulls" in row
    }
    noun = "images" if batch.reads_table else "lines"
    arrived = arrival_results(metrics["read"], asked_fields(batch), given, noun)
    results = (
        *row_verdicts,
        *whole,
        *guards,
        *tie_verdicts(batch.spec.write, metrics),
        *arrived,
        *_growth(batch, counts),
        *_unread_rows(batch, metrics["read"]["rows"]),
        *unfit_keys(frames),
    )
    moved = bool(counts.changed) or _has_other_rows(outcome)
    return BatchRecord(
        outcome.version,
        counts,
        results,
        tuple(profile),
        metrics["recomputed"],
        moved,
        outcome.metrics,
        types,
    )


def _growth(batch: BatchContext, counts: Counts) -> Iterator[CheckResult]:
    """Judge the growth of the quarantine; a replay adds nothing to it."""
    if batch.intent.is_replay or batch.lands_source:
        return
    limit = batch.project.quarantine_of(batch.name).warn
    yield from growth_results(limit, counts.quarantined, counts.read)


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


def _has_other_rows(outcome: Outcome) -> bool:
    names = (*VERSIONS.values(), *REMOVED)
    return any(outcome.metrics.get(name) for name in names)


def count(
    metrics: Mapping[str, Any], outcome: Outcome, tombstones: Mapping[str, int]
) -> Counts:
    """Close the accounting of a batch, where read rows are dropped, quarantined or accepted.

    For an aggregate the rows are groups, of which those are read that the batch touched. For a
    snapshot the deleted rows are those that it lacks, beside the accepted ones.
    """
    accepted = metrics["final"]["rows"]
    delta = outcome.metrics
    quarantined = metrics["gate"]["quarantined"]
    read = metrics["read"]["rows"]
    inserted = delta.get(
        "numTargetRowsInserted", 0 if "numSourceRows" in delta else accepted
    )
    inserted -= tombstones["insert"]
    updated = delta.get("numTargetRowsUpdated", 0) - tombstones["update_postimage"]
    deleted = delta.get("numTargetRowsDeleted", 0) + sum(tombstones.values())
    return Counts(
        read=read,
        dropped=read - quarantined - accepted,
        quarantined=quarantined,
        accepted=accepted,
        inserted=inserted,
        updated=updated,
        deleted=deleted,
        unchanged=delta.get(
            "numUnchangedRows", max(0, accepted - inserted - updated - deleted)
        ),
    )


def tombstones(
    batch: BatchContext, final: Mapping[str, Any], outcome: Outcome
) -> dict[str, int]:
    """Count the tombstones that the commit wrote, by kind of change."""
    found = {"insert": 0, "update_postimage": 0}
    if "insertedTombstones" in outcome.metrics:
        kinds = {
            "insert": "insertedTombstones",
            "update_postimage": "updatedTombstones",
        }
        return {kind: outcome.metrics[name] for kind, name in kinds.items()}
    if not final.get("deleted") or batch.spec.write.keeps_history:
        return found
    if "numSourceRows" not in outcome.metrics:
        return found | {"insert": final["deleted"]}
    feed = batch.table.load(
        batch.session,
        readChangeFeed="true",
        startingVersion=outcome.version,
        endingVersion=outcome.version,
    )
    rows = feed.filter("_deleted").groupBy("_change_type").count().collect()
    return found | {
        row["_change_type"]: row["count"]
        for row in rows
        if row["_change_type"] in found
    }


def key_profile(batch: BatchContext, outcome: Outcome) -> list[dict[str, Any]]:
    """Return the profile row of the key, with how many rows the table had already."""
    if (
        "keysSeenBefore" not in outcome.metrics
        or batch.project.profile_of(batch.name).level == "off"
    ):
        return []
    bounds = {
        "seen": "keysSeenBefore",
        "seen_low": "keysSeenBeforeAtLeast",
        "seen_high": "keysSeenBeforeAtMost",
    }
    found = {name: outcome.metrics[bound] for name, bound in bounds.items()}
    rows = outcome.metrics.get("numSourceRows")
    return [
        {
            "column": ", ".join(batch.spec.write.keys),
            "type": "key",
            "rows": rows,
            **found,
        }
    ]


def measured(
    frames: BatchFrames,
    outcome: Outcome,
    scope: BatchScope,
    observed: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the observed metrics of the checks and those that cost a job of their own.

    A check that reads the written table costs a shuffle. An estimate that decides nothing costs a
    pass over the batch.
    """
    batch = frames.batch
    of_batch = exact_metrics(scope, observed)
    of_table = shuffle_metrics(scope)
    metrics = dict(observed)
    for name, one in of_batch.items():
        metrics[name] = measure(frames.replay.final, one)
    for name, one in of_table.items():
        written = batch.table.load(batch.session, versionAsOf=outcome.version)
        metrics[name] = measure(visible(written), one)
    return metrics
