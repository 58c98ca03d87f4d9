"""Maintain one table, one action after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pyspark.sql import SparkSession

from lakesmith.batch.spark_errors import lacks_feed
from lakesmith.duration import parse_age
from lakesmith.errors import SparkGone
from lakesmith.maintain.actions import ACTIONS, force_since, session_for
from lakesmith.maintain.plan_maintenance import plan_layout, plan_vacuum
from lakesmith.maintain.quarantine_retention import QuarantineRetention
from lakesmith.maintain.result import Action, Proposal, Step
from lakesmith.maintain.retained_versions import (
    all_holds,
    blocks_vacuum,
    change_of_another_writer,
    readers,
    unfinished,
)
from lakesmith.maintain.table_stats import TableMetrics, read_metrics
from lakesmith.maintain.tombstones import (
    Tombstones,
    keeps_tombstones,
    newest_expired,
    plan_tombstones,
)
from lakesmith.session.batch import ending
from lakesmith.session.failures import cause_of, first_line
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.retry import is_conflict

if TYPE_CHECKING:
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.run_records import RunFacts
    from lakesmith.spec.model import Maintenance
    from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class TableMaintenance:
    """Maintain one table, or the quarantine of the table that `name` gives."""

    facts: RunFacts
    spark: SparkSession
    ledger: Ledger
    name: str
    table: TableRef
    now: float

    @property
    def _is_quarantine(self) -> bool:
        """Return True for the quarantine, which nobody reads by position."""
        return self.table.name != self.name

    @property
    def _settings(self) -> Maintenance:
        """Return the settings of the table."""
        settings = self.facts.project.maintenance_of(self.name)
        layout = {"cluster_by": (), "zorder_by": ()}
        return settings.model_copy(update=layout) if self._is_quarantine else settings

    def steps(self, dry_run: bool) -> Iterator[Step]:
        """Propose the actions that are due, or do them, and say why the others are not.

        Raises
        ------
        SparkGone
            LS804 when Spark ended; any other error is kept in a step that failed.
        """
        begin = time.monotonic()
        try:
            yield from self._look_and_act(dry_run)
        # kept in the step, and raised by `maintain` when the other tables are done
        except Exception as error:
            yield self._stopped("all", "its metrics could not be read", begin, error)

    def _look_and_act(self, dry_run: bool) -> Iterator[Step]:
        reason = self._left_alone()
        if reason:
            yield Step(self.table.name, "all", "skipped", reason)
            return
        with ending(self._session()) as session:
            yield from self._act_on_metrics(session, dry_run)

    def _session(self) -> SparkSession:
        project = self.facts.project
        epoch = self.ledger.state(self.name).epoch
        return session_for(
            self.spark, project, self.facts.run_id, self.table, self._settings, epoch
        )

    def _act_on_metrics(self, session: SparkSession, dry_run: bool) -> Iterator[Step]:
        metrics = read_metrics(session, self.table, self.now)
        proposals = self._proposals(session, metrics)
        yield from self._steps_left_out(proposals)
        for proposal in (one for one in proposals if one.is_due):
            step = (
                self._propose(proposal)
                if dry_run
                else self._perform(session, proposal, metrics)
            )
            yield step
            if step.state == "failed":
                break

    def _left_alone(self) -> str:
        state = self.ledger.state(self.name)
        return unfinished(state) or change_of_another_writer(
            self.spark, self.facts.ref(self.name), state
        )

    def _proposals(
        self, session: SparkSession, metrics: TableMetrics
    ) -> list[Proposal]:
        settings = self._settings
        held = (
            ()
            if self._is_quarantine
            else all_holds(self.facts.project, self.ledger, self.name)
        )
        last = plan_vacuum(metrics, settings, blocks_vacuum(held, metrics, self.now))
        return [
            *self._of_retention(session),
            *self._of_tombstones(session, metrics),
            *plan_layout(metrics, settings),
            last,
        ]

    def _of_retention(self, session: SparkSession) -> list[Proposal]:
        if not self._is_quarantine:
            return []
        return self._retention(session).plan()

    def _retention(self, session: SparkSession) -> QuarantineRetention:
        settings = self.facts.project.quarantine_of(self.name)
        return QuarantineRetention(session, self.table, settings, self.now)

    def _of_tombstones(
        self, session: SparkSession, metrics: TableMetrics
    ) -> list[Proposal]:
        project = self.facts.project
        spec = project.table(self.name)
        has_any = not self._is_quarantine and keeps_tombstones(spec)
        if not has_any or "_deleted" not in self.table.load(session).columns:
            return []
        rows = Tombstones(session, self.table, spec.write.keys)
        read_by = readers(project, self.ledger, self.name)
        try:
            return [plan_tombstones(rows, metrics, self._settings, read_by, self.now)]
        except Exception as error:
            if not lacks_feed(error):
                raise
            # The change feed does not reach over a rename or a rebuild.
            why = f"which of them are old is unknown: {first_line(error)}"
            return [Proposal("tombstones", False, why, is_held=True)]

    def _steps_left_out(self, proposals: list[Proposal]) -> Iterator[Step]:
        for one in proposals:
            if one.is_held:
                yield Step(self.table.name, one.action, "skipped", one.reason)
        if not any(one.is_due or one.is_held for one in proposals):
            yield Step(
                self.table.name,
                "all",
                "nothing",
                "; ".join(one.reason for one in proposals),
            )

    def _propose(self, proposal: Proposal) -> Step:
        return Step(self.table.name, proposal.action, "proposed", proposal.reason)

    def _perform(
        self, session: SparkSession, proposal: Proposal, metrics: TableMetrics
    ) -> Step:
        begin = time.monotonic()
        before = newest_version(session, self.table)
        try:
            self._run_action(session, proposal, metrics)
            force_since(self.table, before)
        # kept in the step, and raised by `maintain` when the other tables are done
        except Exception as error:
            return self._stopped(proposal.action, proposal.reason, begin, error)
        return Step(
            self.table.name,
            proposal.action,
            "done",
            proposal.reason,
            _seconds_since(begin),
        )

    def _stopped(
        self,
        action: Action | Literal["all"],
        reason: str,
        begin: float,
        error: Exception,
    ) -> Step:
        """Return the step that an error stopped, skipped where another writer only came first."""
        cause = cause_of(error, self.spark)
        if isinstance(cause, SparkGone):
            raise cause from error
        seconds = _seconds_since(begin)
        if is_conflict(cause):
            why = f"{reason}; another writer came first: {first_line(cause)}"
            return Step(self.table.name, action, "skipped", why, seconds)
        return Step(
            self.table.name, action, "failed", reason, seconds, first_line(cause)
        )

    def _run_action(
        self, session: SparkSession, proposal: Proposal, metrics: TableMetrics
    ) -> None:
        settings = self._settings
        project = self.facts.project
        if proposal.action == "retention":
            self._retention(session).delete()
            return
        if proposal.action != "tombstones":
            ACTIONS[proposal.action](session, self.table, settings)
            return
        upto = newest_expired(
            metrics.commits, parse_age(settings.tombstone_retention), self.now
        )
        if upto is not None:
            Tombstones(session, self.table, project.table(self.name).write.keys).purge(
                upto, metrics.version
            )


def _seconds_since(begin: float) -> float:
    return round(time.monotonic() - begin, 3)
