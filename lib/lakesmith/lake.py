"""Open a project from Python. The CLI and the jobs call exactly this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.contracts.changes.against import require_compatible
from lakesmith.doctor.fix import doctor
from lakesmith.maintain.maintain import maintain
from lakesmith.observe.observers import Observer, Observers, installed_observers
from lakesmith.quality_reader import QualityReader
from lakesmith.repair.backfill import backfill
from lakesmith.repair.give_up import give_up
from lakesmith.repair.replay import ReplayRequest, replay
from lakesmith.repair.rollback import rollback
from lakesmith.runs.plan_report import plan
from lakesmith.runs.run import RunRequest, run
from lakesmith.spec.load import load_project
from lakesmith.spec.values.instants import date_range, utc
from lakesmith.transforms.steps.problems import step_problems
from lakesmith.validate import validate

if TYPE_CHECKING:
    from lakesmith.doctor.findings import Report
    from lakesmith.errors import Problem
    from lakesmith.maintain.result import MaintenanceResult
    from lakesmith.observe.results import Plan, RunResult


def open_lake(
    conf: str | Path = "conf",
    env: str = "local",
    overrides: Mapping[str, Any] | Sequence[str] = (),
    spark: SparkSession | None = None,
) -> Lake:
    """Open a project.

    Parameters
    ----------
    conf : str or Path
        Directory with the specs.
    env : str
        Overlay to apply: ``<conf>/<env>.yml``.
    overrides : mapping or sequence of str, optional
        Dotted key to value, applied last, such as ``{"warehouse": "/tmp/lake"}``, or texts
        ``key.path=value``.
    spark : SparkSession, optional
        The session to use; else the active one, else one built from ``<conf>/spark/local.conf``.

    Returns
    -------
    Lake

    Raises
    ------
    ConfigError
        With every problem of the specs.
    """
    loaded = load_project(Path(conf), env, overrides, step_check=step_problems)
    return Lake(loaded, Path(conf), spark)


class Lake(QualityReader):
    """A project with its warehouse.

    Parameters
    ----------
    loaded : Loaded
    conf : Path
    spark : SparkSession, optional
    """

    def validate(self, against: str | Path | None = None) -> tuple[Problem, ...]:
        """Check specs, steps and functions offline, and return warnings.

        Parameters
        ----------
        against : str or Path, optional
            A git revision, or a directory with the specs as they were. What breaks consumers
            since then is a problem.

        Raises
        ------
        ConfigError
        """
        warnings = validate(self.loaded)
        if against is not None:
            require_compatible(self.loaded, self._conf, str(against))
        return warnings

    def doctor(self, fix: bool = False) -> Report:
        """Check the warehouse without Spark, and fix what is safe to fix if asked.

        Parameters
        ----------
        fix : bool
            Do what is safe. Files are moved away, none is deleted.

        Returns
        -------
        Report
            Each finding with its code and what to do.
        """
        return doctor(self.project, fix)

    def plan(self, select: Sequence[str] = ()) -> Plan:
        """Return what a run would do, without writing anything.

        Parameters
        ----------
        select : sequence of str
            Tables to plan; all when empty.

        Returns
        -------
        Plan

        Raises
        ------
        ConfigError
        """
        self.validate()
        return plan(self.spark, self.project, select)

    def run(
        self,
        select: Sequence[str] = (),
        *,
        run_date: str | None = None,
        accept: Sequence[str] = (),
        on_event: Observer | None = None,
        rebuild: bool = False,
    ) -> RunResult:
        """Build what is new, table by table, and publish it together.

        Parameters
        ----------
        select : sequence of str
            Tables to run; all when empty.
        run_date : str, optional
            The recorded "now", ISO date or instant (UTC).
        accept : sequence of str
            Refused tables to publish as they are.
        on_event : Observer, optional
            Called with each event of the run, beside the observers of installed packages.
        rebuild : bool
            Rebuild the selected tables, else those whose spec changed, and all tables downstream.

        Returns
        -------
        RunResult

        Raises
        ------
        RunFailed
            When a table failed; nothing was published.
        GateRefused
            When a check refused a table; all others were published.
        """
        self.validate()
        request = RunRequest(select, utc(run_date), accept, rebuild)
        return run(self._session, self.project, request, _observers(on_event))

    def backfill(
        self,
        select: Sequence[str],
        start: str,
        end: str,
        on_event: Observer | None = None,
    ) -> RunResult:
        """Recompute the rows of event dates in ``[start, end)`` from published upstreams.

        Parameters
        ----------
        select : sequence of str
            Tables that declare an `event_date`.
        start, end : str
            ISO dates; `end` is out.
        on_event : callable, optional

        Raises
        ------
        InputError
            LS610 when a table cannot be backfilled.
        RunFailed, GateRefused
            As in `run`.
        """
        self.validate()
        dates = date_range(start, end)
        observers = _observers(on_event)
        return backfill(self._session, self.project, select, dates, observers)

    def replay(
        self,
        name: str,
        where: str = "",
        patch: str | Path | None = None,
        on_event: Observer | None = None,
    ) -> RunResult:
        """Send the quarantined rows of a table that wait through it again, each once.

        Parameters
        ----------
        name : str
            ``layer.table``.
        where : str
            SQL condition on the columns of `quarantine`.
        patch : str or Path, optional
            CSV, JSON or YAML with corrected fields of rows.
        on_event : callable, optional

        Raises
        ------
        InputError
            LS650 to LS653 when rows cannot be replayed; nothing was changed then.
        RunFailed, GateRefused
            As in `run`.
        """
        self.validate()
        request = ReplayRequest(name, where, Path(patch) if patch else None)
        return replay(self._session, self.project, request, _observers(on_event))

    def rollback(
        self,
        run_id: str = "",
        on_event: Observer | None = None,
        refused: Sequence[str] = (),
    ) -> RunResult:
        """Return the tables of a run to where they stood before it, and undo what was built on it.

        Parameters
        ----------
        run_id : str
            As `status` and `history` show it.
        on_event : callable, optional
        refused : sequence of str
            Instead of a run the refused tables whose last batch, never published, is given up.

        Returns
        -------
        RunResult
            The next run reads again what was undone.

        Raises
        ------
        LedgerError
            LS604, LS606, LS607, LS608 when that cannot be done; nothing was changed then.
        """
        observers = _observers(on_event)
        if refused:
            return give_up(self._session, self.project, refused, observers)
        return rollback(self._session, self.project, run_id, observers)

    def maintain(
        self, select: Sequence[str] = (), dry_run: bool | None = None
    ) -> MaintenanceResult:
        """Compact, purge and vacuum tables where their metrics call for it.

        Parameters
        ----------
        select : sequence of str
            Tables to maintain; all when empty.
        dry_run : bool, optional
            Only return what would be done. The default is `maintenance.dry_run`, True in ``prod``.

        Raises
        ------
        MaintenanceFailed
            When an action failed; all other tables are done.
        """
        self.validate()
        return maintain(self._session, self.project, select, dry_run, _observers(None))


def _observers(on_event: Observer | None) -> Observers:
    own = (on_event,) if on_event else ()
    return Observers([*own, *installed_observers()])
