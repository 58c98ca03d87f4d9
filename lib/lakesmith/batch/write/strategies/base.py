"""Define what a write strategy does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pyspark.sql import DataFrame

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.batch.write.change_set import Keep
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Write
    from lakesmith.spec.strategies import Declaration
    from lakesmith.tables.commit import CommitId
    from lakesmith.tables.watermark import Watermark


@dataclass(frozen=True)
class WritePlan:
    """What a strategy found out before the commit.

    Parameters
    ----------
    rows : DataFrame
        *Columns*: the table's. All rows of the table, where the batch creates or rebuilds it.
    counts : mapping of str to int
        What the commit will do, where Delta does not count it, named as Delta names it
        for a MERGE.
    method : mapping, optional
        How the commit is done, why, and what it is expected to cost, for its metadata.
    watermark : Watermark, optional
        The greatest event time up to this batch.
    is_partial : bool
        Whether rows of the table then have values of several events.
    """

    rows: DataFrame
    counts: Mapping[str, int] = field(default_factory=dict)
    method: Mapping[str, Any] | None = None
    watermark: Watermark | None = None
    is_partial: bool = False


PlanT = TypeVar("PlanT", bound=WritePlan)


class Strategy(Protocol[PlanT]):
    """How the rows of a batch become one commit on the table.

    `plan` may run jobs and read the table. `write` does exactly one commit with the identity
    it is given. It is not asked for a first batch or a rebuild, which replace the whole table
    by the rows of the plan, nor for a backfill that replaces the rows of its dates.
    """

    @property
    def declaration(self) -> Declaration:
        """What the strategy takes, reads, and means to readers downstream."""

    def plan(self, frames: BatchFrames, keep: Keep) -> PlanT:
        """Plan the commit. `keep` caches a frame until it is done."""

    def write(self, frames: BatchFrames, plan: PlanT, commit: CommitId) -> None:
        """Do what was planned in one commit."""

    def after_commit(self, frames: BatchFrames) -> None:
        """Update what is stored beside the table."""

    def accounting(
        self, write: Write, metrics: Mapping[str, int], rows: int
    ) -> tuple[CheckResult, ...]:
        """Judge what a commit did to the table, by its metrics and the accepted rows."""


class StrategyDefaults:
    """A strategy with nothing to do after the commit and nothing to judge."""

    def after_commit(self, frames: BatchFrames) -> None:
        """Do nothing."""

    def accounting(
        self, write: Write, metrics: Mapping[str, int], rows: int
    ) -> tuple[CheckResult, ...]:
        """Return no verdict."""
        return ()


class PlainStrategy(StrategyDefaults):
    """A strategy that needs no plan. It writes the rows of the gate as they are."""

    def plan(self, frames: BatchFrames, keep: Keep) -> WritePlan:
        """Take the rows as the gate left them."""
        return WritePlan(frames.rows)
