"""Record the counts, check results and profile of a committed batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lakesmith.batch.counts import VERSIONS, Counts
from lakesmith.batch.gate.metrics import visible_types
from lakesmith.batch.gate.repeated_keys import repeated_keys
from lakesmith.batch.verdicts import Verdicts, judged
from lakesmith.quality.profile import profile_rows
from lakesmith.tables.commit import Outcome, WriteResult

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.quality.check_result import CheckResult

# Of a table that is not there.
NO_VERSION = -1
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
    what Delta counted, `schema` the types of the columns without technical ones. `staged` says that
    the batch was refused before it was written; `version` is then the one before it. `waived` says
    that it was accepted before it was written.
    """

    version: int
    counts: Counts
    verdicts: tuple[CheckResult, ...]
    profile: tuple[Mapping[str, Any], ...]
    recomputed: bool
    moved: bool = True
    metrics: Mapping[str, int] = field(default_factory=dict)
    schema: Mapping[str, str] = field(default_factory=dict)
    staged: bool = False
    waived: bool = False

    @property
    def refused(self) -> bool:
        """True when a check refuses publication."""
        return any(verdict.refuses for verdict in self.verdicts)

    @property
    def readable_version(self) -> int | None:
        """The version, None where the table is not there yet."""
        return None if self.version == NO_VERSION else self.version

    def to_metadata(self) -> dict[str, Any]:
        """Return what the ledger keeps of it, for a run that dies before it writes its records."""
        verdicts = [asdict(verdict) for verdict in self.verdicts]
        counts = asdict(self.counts)
        return {
            "version": self.readable_version,
            "recomputed": self.recomputed,
            "counts": counts,
            "verdicts": verdicts,
            **({"staged": True} if self.staged else {}),
        }


def record(
    frames: BatchFrames,
    outcome: Outcome,
    metrics: Mapping[str, Any],
    verdicts: Verdicts | None = None,
) -> BatchRecord:
    """Turn metrics and the commit's own counts into the record of the batch.

    `verdicts` are those of a batch that was judged before its commit.
    """
    batch = frames.batch
    types = visible_types(frames.rows)
    counts = count(metrics, outcome, tombstones(batch, metrics["final"], outcome))
    if verdicts is None:
        table_rows = partial(
            batch.table.load, batch.session, versionAsOf=outcome.version
        )
        repeats = partial(repeated_keys, batch, outcome.version)
        verdicts = judged(frames, metrics, table_rows, outcome.metrics, repeats)
    profile = profile_rows(
        metrics["final"], types, batch.project.profile_of(batch.name)
    )
    profile += key_profile(batch, outcome)
    return BatchRecord(
        outcome.version,
        counts,
        verdicts,
        tuple(profile),
        metrics["recomputed"],
        bool(counts.changed) or _has_other_rows(outcome),
        outcome.metrics,
        types,
        waived=batch.is_waived,
    )


def refused_record(
    frames: BatchFrames, metrics: Mapping[str, Any], verdicts: Verdicts
) -> BatchRecord:
    """Return the record of a batch that is staged, refused and therefore not written."""
    batch = frames.batch
    state = batch.state
    version = state.version if state else None
    nothing = Outcome(
        WriteResult.SKIPPED, NO_VERSION if version is None else version, {}
    )
    counted = count(metrics, nothing, {"insert": 0, "update_postimage": 0})
    counts = replace(counted, inserted=0, updated=0, deleted=0, unchanged=0)
    types = visible_types(frames.rows)
    profile = profile_rows(
        metrics["final"], types, batch.project.profile_of(batch.name)
    )
    return BatchRecord(
        nothing.version,
        counts,
        verdicts,
        tuple(profile),
        metrics["recomputed"],
        moved=False,
        schema=types,
        staged=True,
    )


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
        judged=metrics["gate"].get("rows", 0),
        failing=metrics["gate"].get("failing", 0),
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
