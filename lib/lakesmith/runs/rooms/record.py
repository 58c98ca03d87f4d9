"""Room 5, record: counts, verdicts and profile of a batch whose commit is known to be in the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakesmith.quality.gate import verdicts
from lakesmith.quality.profile import profile_rows
from lakesmith.quality.table_checks import table_verdicts
from lakesmith.quality.verdict import Verdict
from lakesmith.runs.result import Counts
from lakesmith.runs.rooms.gate import Gated
from lakesmith.tables.commit import Outcome


@dataclass(frozen=True)
class BatchRecord:
    """What one batch did: version, counts, verdicts and profile rows; `recomputed` when no observation came."""

    version: int
    counts: Counts
    verdicts: tuple[Verdict, ...]
    profile: tuple[Mapping[str, Any], ...]
    recomputed: bool

    @property
    def refused(self) -> bool:
        """True when a check refuses publication."""
        return any(verdict.status == "fail" for verdict in self.verdicts)


def record(gated: Gated, outcome: Outcome, figures: Mapping[str, Any]) -> BatchRecord:
    """Turn figures and the commit's own counts into the record of the batch."""
    batch = gated.batch
    final = gated.rows
    types = {f.name: f.dataType.simpleString() for f in final.schema.fields if not f.name.startswith("_")}
    row_verdicts = verdicts(gated.rules, figures["gate"])
    counts = count(figures, outcome)
    whole = table_verdicts(batch.spec, figures["final"], batch.intent.run_time, batch.table.load(batch.session))
    profile = profile_rows(figures["final"], types, batch.project.profile_of(batch.name))
    return BatchRecord(outcome.version, counts, (*row_verdicts, *whole), tuple(profile), figures["recomputed"])


def count(figures: Mapping[str, Any], outcome: Outcome) -> Counts:
    """Close the accounting: ``read = dropped + quarantined + accepted``.

    For an aggregate the rows are groups: read are the groups that the batch touched.
    """
    accepted, metrics = figures["final"]["rows"], outcome.metrics
    quarantined = figures["gate"]["quarantined"]
    read = figures["gate"]["rows"] if _counts_groups(figures) else figures["read"]["rows"]
    inserted = metrics.get("numTargetRowsInserted", accepted if "numSourceRows" not in metrics else 0)
    deleted = metrics.get("numTargetRowsDeleted", 0)
    updated = metrics.get("numTargetRowsUpdated", 0)
    return Counts(
        read=read,
        dropped=read - quarantined - accepted,
        quarantined=quarantined,
        accepted=accepted,
        inserted=inserted,
        updated=updated,
        deleted=deleted,
        unchanged=accepted - inserted - updated - deleted,
    )


def _counts_groups(figures: Mapping[str, Any]) -> bool:
    return bool(figures.get("groups"))
