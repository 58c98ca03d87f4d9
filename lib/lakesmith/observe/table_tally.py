"""Add up the batches of one table in a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from lakesmith.batch.counts import Counts
from lakesmith.errors import LakesmithError, render
from lakesmith.observe.refusals import refusal_of
from lakesmith.observe.results import Parked, TableOutcome, TableResult
from lakesmith.quality.check_result import describe_problems
from lakesmith.session.failures import first_line

if TYPE_CHECKING:
    from lakesmith.batch.record import BatchRecord
    from lakesmith.ledger.intent import Intent
    from lakesmith.quality.check_result import CheckResult


@dataclass
class Tally:
    """Collects batches, parked inputs and the error of one table.

    `audits` are results of checks on a table without a batch, which only report.
    """

    table: str
    records: list[tuple[Intent, BatchRecord]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    error: Exception | None = None
    seconds: float = 0.0
    audits: tuple[CheckResult, ...] = ()

    def add(self, intent: Intent, record: BatchRecord) -> None:
        """Add a batch that was written."""
        self.records.append((intent, record))

    def park(self, parked: Iterable[Parked]) -> None:
        """Add parked inputs.

        Examples
        --------
        >>> tally = Tally("bronze.a")
        >>> tally.park([Parked("sources.a", "in/1.csv", "cut")])
        >>> tally.result().parked[0].reason
        'cut'
        """
        self.parked.extend(parked)

    def state(self, blocked_by: str) -> TableOutcome:
        """Return what became of the table.

        Examples
        --------
        >>> Tally("gold.a").state(""), Tally("gold.a").state("silver.a failed")
        ('nothing_new', 'skipped')
        """
        if self.error is not None:
            return "failed"
        refusals = [refusal_of(intent, record) for intent, record in self.records]
        outcomes = [refusal.outcome for refusal in refusals if refusal]
        # A batch that is not published is the last one of its run.
        if outcomes:
            return outcomes[-1]
        if self.records:
            return "done"
        if blocked_by:
            return "skipped"
        is_alerted = any(one.refuses for one in self.audits)
        return "alerted" if is_alerted else "nothing_new"

    def result(self, blocked_by: str = "") -> TableResult:
        """Return the table's result.

        Examples
        --------
        >>> Tally("gold.a", error=ValueError("disk full")).result().state
        'failed'
        """
        last = self.records[-1][1] if self.records else None
        return TableResult(
            table=self.table,
            state=self.state(blocked_by),
            batches=len(self.records),
            counts=total(record.counts for _, record in self.records),
            version=last.readable_version if last else None,
            seconds=round(self.seconds, 3),
            verdicts=last.verdicts if last else self.audits,
            parked=tuple(self.parked),
            error=describe(self.table, self.error)
            if self.error
            else blocked_by or self._check_problems(),
        )

    def _check_problems(self) -> str:
        """Return which checks could not be made, or refuse publication."""
        of_batches = [one for _, record in self.records for one in record.verdicts]
        return describe_problems(asdict(one) for one in (*of_batches, *self.audits))


def total(counts: Iterable[Counts]) -> Counts:
    """Add the accounting of batches.

    Examples
    --------
    >>> total([Counts(read=2, accepted=2), Counts(read=1, quarantined=1)]).read
    3
    """
    sums: dict[str, Any] = asdict(Counts())
    for one in counts:
        sums = {name: value + getattr(one, name) for name, value in sums.items()}
    return Counts(**sums)


def describe(table: str, error: Exception) -> str:
    """Return the error of a table for a person, with a code for foreign exceptions.

    Examples
    --------
    >>> print(describe("gold.a", ValueError("disk full")))
    LS701 gold.a failed: ValueError: disk full
      where: gold.a
      next:  fix the cause and run again; nothing of this batch was published
    """
    if isinstance(error, LakesmithError):
        return render(error.code, error.what, error.where or table, error.hint)
    what = f"{table} failed: {type(error).__name__}: {first_line(error)}"
    return render(
        "LS701",
        what,
        table,
        "fix the cause and run again; nothing of this batch was published",
    )
