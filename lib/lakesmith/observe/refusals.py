"""Define what becomes of a batch that a check refuses, one entry for each `on_refusal`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.spec.model.table import DEFAULT_REFUSAL

if TYPE_CHECKING:
    from lakesmith.batch.record import BatchRecord
    from lakesmith.ledger.intent import Intent
    from lakesmith.observe.results import TableOutcome


@dataclass(frozen=True)
class Refusal:
    """Describe what becomes of a refused batch and of the tables downstream.

    Parameters
    ----------
    outcome : str
        The state of the table in the run.
    publishes : bool
        Whether the batch becomes visible all the same.
    blocks : bool
        Whether tables downstream wait. Else they read the version that is visible.
    words : str
        What became of the batch, for a warning.
    """

    outcome: TableOutcome
    publishes: bool
    blocks: bool
    words: str


REFUSALS: dict[str, Refusal] = {
    DEFAULT_REFUSAL: Refusal(
        "refused", publishes=False, blocks=True, words="not published"
    ),
    "keep_last_good": Refusal(
        "kept_last_good",
        publishes=False,
        blocks=False,
        words="not published, its readers keep the last good version",
    ),
    "publish_and_alert": Refusal(
        "alerted",
        publishes=True,
        blocks=False,
        words="published all the same",
    ),
}
# Outcomes that do not stop a run and that need a person's attention.
ALERTING = {
    one.outcome: one.words for one in REFUSALS.values() if one.outcome != "refused"
}


def refusal_of(intent: Intent, record: BatchRecord) -> Refusal | None:
    """Return what becomes of a batch that its checks refuse, or None where they pass it.

    The intent decides, not the spec as it is now: a batch that is finished after a crash ends as
    it would have ended before.

    Examples
    --------
    >>> from lakesmith.batch.counts import Counts
    >>> from lakesmith.batch.record import BatchRecord
    >>> from lakesmith.ledger.intent import Intent
    >>> from lakesmith.quality.check_result import CheckResult
    >>> from lakesmith.sources.slices import Slice
    >>> piece = Slice("files", "orders", {"files": []})
    >>> now = "2026-01-01T00:00:00+00:00"
    >>> intent = Intent("bronze.a", 1, 4, now, "hash", piece, on_refusal="keep_last_good")
    >>> failed = CheckResult("some", "", "fail", "fail", 1)
    >>> record = BatchRecord(5, Counts(), (failed,), (), recomputed=False)
    >>> refusal_of(intent, record).outcome
    'kept_last_good'
    """
    if record.waived or not record.refused:
        return None
    return REFUSALS[intent.on_refusal]
