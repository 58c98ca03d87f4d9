"""Hold what all phases of one batch need to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.ledger.identity import app_id_of, positions
from lakesmith.ledger.key_change import settings_to_record
from lakesmith.ledger.source_settings import recorded_settings
from lakesmith.sources.registry import source_of, span_of
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.change_semantics import upstream_decides
from lakesmith.spec.step_kinds.resolve import with_frozen
from lakesmith.tables.commit import CommitId
from lakesmith.tables.ref import TableRef, project_table
from lakesmith.tables.upsert.precedence import Precedence

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project, Table
    from lakesmith.spec.step_kinds.statistics import Frozen
    from lakesmith.tables.pruning.key_bounds import Touched


@dataclass(frozen=True)
class BatchContext:
    """Hold the session, the specs and the intent of one batch of one table.

    `base` is the version of the table into which new rows are merged by group, None where groups
    are recomputed; `is_retry` is True when a run began the batch before; `state` is what the
    ledger knows of the table; `frozen` are the frozen statistics that the intent names, by table.
    """

    session: SparkSession
    project: Project
    run_id: str
    intent: Intent
    touched: Touched | None = None
    is_retry: bool = False
    state: TableState | None = None
    base: int | None = None
    frozen: Mapping[str, Frozen] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``layer.table``."""
        return self.intent.table

    @cached_property
    def spec(self) -> Table:
        """The table's spec, whose steps have the frozen statistics that they compute with."""
        return with_frozen(self.name, self.project.table(self.name), self.frozen)

    @property
    def table(self) -> TableRef:
        """Return the reference of the table."""
        return self.ref(self.name)

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the columns by which rows are recomputed together, if any."""
        return self.spec.write.recomputed_by

    @property
    def is_incremental(self) -> bool:
        """Return True when only the groups or partitions that changed are recomputed."""
        return bool(self.groups) and not self.intent.first

    @property
    def run_time(self) -> datetime:
        """Return the recorded "now" of the run, which a retry has too."""
        return datetime.fromisoformat(self.intent.run_time)

    @property
    def reads_table(self) -> bool:
        """True when the batch reads an upstream table, False when it reads a source."""
        return span_of(self.intent.input) is not None

    @property
    def lands_source(self) -> bool:
        """True where the table keeps the raw rows of a source."""
        return not self.reads_table

    @property
    def upstream_decides(self) -> bool:
        """Return True where the upstream decides which row of a key is the newest."""
        if not self.reads_table:
            return False
        return upstream_decides(self.spec, self.project.table(self.spec.from_))

    @property
    def precedence(self) -> Precedence:
        """Return which row of a key wins."""
        return Precedence.of(self.spec, self.upstream_decides)

    @property
    def is_audited(self) -> bool:
        """Return True when the batch is judged in the staging table, before its commit."""
        return self.intent.audited

    @property
    def is_waived(self) -> bool:
        """Return True when the batch was accepted although its checks refuse it."""
        return self.state is not None and self.state.waived == self.intent.batch

    def from_the_beginning(self) -> BatchContext:
        """Return the batch as if it read its upstream from the first row on."""
        span = span_of(self.intent.input)
        if span is None:
            return self
        defaults = self.intent.input.data.get("defaults")
        whole = versions_slice(span.name, None, span.to, defaults=defaults)
        return replace(self, intent=replace(self.intent, input=whole))

    def ref(self, name: str) -> TableRef:
        """Return the reference of any table of the project."""
        return project_table(self.project, name)

    def commit_id(
        self,
        purpose: str = "",
        counts: Mapping[str, int] | None = None,
        planned: Mapping[str, Any] | None = None,
        watermark: Mapping[str, Any] | None = None,
        partial: bool = False,
        joins: Sequence[str] = (),
    ) -> CommitId:
        """Return the identity of this batch's commit on the table or on its quarantine.

        `counts` are what the commit will have done, where Delta itself does not count it; `planned`
        is how the commit was to be done and what that was expected to cost; `watermark` is the
        greatest instant up to this batch; `partial` says that the table holds rows with values of
        several events; `joins` are the plans that its joins took.
        """
        intent = self.intent
        app_id = app_id_of(
            self.project, self.name, intent.epoch, purpose or intent.purpose
        )
        given = {"counts": counts, "plan": planned, "watermark": watermark}
        metadata: dict[str, Any] = {
            name: dict(value) for name, value in given.items() if value
        }
        metadata |= settings_to_record(self.spec)
        metadata |= {"partial": True} if partial else {}
        metadata |= {"joins": list(joins)} if joins else {}
        metadata |= recorded_settings(source_of(self.project, self.name))
        recorded = {
            **metadata,
            **intent.to_dict(),
            "run_id": self.run_id,
            "epoch": intent.epoch,
            "input": positions(intent),
        }
        return CommitId(
            app_id, intent.batch, intent.digest, recorded, is_retry=self.is_retry
        )
