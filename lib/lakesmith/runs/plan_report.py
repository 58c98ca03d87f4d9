"""Report what a run would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.batch.read.join_report import join_report
from lakesmith.batch.transform.merged_groups import merges_in
from lakesmith.errors import LakesmithError, SparkGone
from lakesmith.ledger.key_change import key_change
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.ledger.source_settings import other_settings
from lakesmith.ledger.upstream_change import changed_upstream
from lakesmith.observe.results import Plan, PlannedTable
from lakesmith.observe.run_records import new_run_id
from lakesmith.quality.batch_checks import plan_notes
from lakesmith.runs.batch_planner import Planned, Planner
from lakesmith.runs.spec_differences import (
    audit_notes,
    promise_notes,
    refusal_of,
    schema_diff,
    table_notes,
)
from lakesmith.session.failures import cause_of, first_line
from lakesmith.sources.new_columns import columns_since
from lakesmith.sources.registry import source_of
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.graph import upstreams, waves
from lakesmith.tables.pruning.file_stats import table_files
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.ledger.store import Ledger
    from lakesmith.spec.model import Project, Table

NO_RUN_TIME = "1970-01-01T00:00:00+00:00"


def plan(spark: SparkSession, project: Project, select: Sequence[str] = ()) -> Plan:
    """Return order, new input, strategy, expected reads and extra scans of a run.

    Notes
    -----
    What a run could not do for a table, such as list a missing directory, is noted for that table
    alone.
    """
    ledger = open_ledger(spark, project, new_run_id(), create=False)
    planning = _Planning(spark, project, ledger)
    tables: list[PlannedTable] = []
    for number, wave in enumerate(waves(project, select), start=1):
        tables += [planning.table(name, number) for name in wave]
    return Plan(tuple(tables))


@dataclass
class _Planning:
    """Plan one table after the other."""

    spark: SparkSession
    project: Project
    ledger: Ledger
    busy: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def table(self, name: str, wave: int) -> PlannedTable:
        """Plan one table, with what a run would stop at in its row."""
        stopped = [
            upstream
            for upstream in upstreams(self.project.table(name))
            if upstream in self.failed
        ]
        if stopped:
            self.failed.add(name)
            return self._without_batch(
                name, wave, f"nothing, since {', '.join(stopped)} cannot be planned"
            )
        try:
            return self._planned(name, wave)
        except Exception as error:
            cause = cause_of(error, self.spark)
            if isinstance(cause, SparkGone):
                raise cause from error
            if not isinstance(cause, LakesmithError | OSError):
                raise
            self.failed.add(name)
            row = self._without_batch(name, wave, "cannot be planned, see its note")
            return replace(row, notes=(*row.notes, _in_one_line(cause)))

    def _planned(self, name: str, wave: int) -> PlannedTable:
        planned = self._next_batch(name)
        spec = self.project.table(name)
        state = self.ledger.state(name)
        waits_for = [upstream for upstream in upstreams(spec) if upstream in self.busy]
        is_busy = planned.intent is not None or bool(waits_for)
        reads = _reads(self.project, name, planned, state) if is_busy else ""
        without_batch = self._without_batch(name, wave, _new(planned, waits_for))
        joins = join_report(self.spark, self.project, name, self.ledger.states)
        row = replace(without_batch, reads=reads, joins=joins)
        with_differences = _with_differences(self.spark, self.project, row, state)
        if is_busy:
            self.busy.add(name)
        return with_differences

    def _next_batch(self, name: str) -> Planned:
        if changed_upstream(self.project.table(name), self.ledger.state(name)):
            return Planned(None)
        states = self.ledger.states
        planner = Planner(self.spark, self.project, states, NO_RUN_TIME, is_trial=True)
        return planner.next_batch(name)

    def _without_batch(self, name: str, wave: int, new: str) -> PlannedTable:
        spec = self.project.table(name)
        return PlannedTable(
            table=name,
            wave=wave,
            strategy=_strategy(spec),
            inputs=upstreams(spec),
            new=new,
            extra_scans=(*plan_notes(spec), *promise_notes(spec), *audit_notes(spec)),
            notes=tuple(table_notes(spec, self.ledger.state(name))),
        )


def _in_one_line(error: Exception) -> str:
    """Return an error in one line, with its place.

    Examples
    --------
    >>> _in_one_line(LakesmithError("no such directory 'in'", code="LS201",
    ...     where="sources.orders.path"))
    "LS201 no such directory 'in' (sources.orders.path)"
    """
    if not isinstance(error, LakesmithError):
        return first_line(error)
    place = f" ({error.where})" if error.where else ""
    return f"{error.code} {error.what}{place}"


def _with_differences(
    spark: SparkSession, project: Project, row: PlannedTable, state: TableState
) -> PlannedTable:
    """Add how the table on disk differs from its spec, and what becomes of it."""
    spec = project.table(row.table)
    changes = schema_diff(spark, project, row.table, state)
    new_columns = partial(columns_since, spark, project, spec.from_)
    table = project_table(project, row.table)
    keys = key_change(spark, table, spec, state, new_columns)
    upstream = changed_upstream(spec, state)
    found = [
        refusal_of(spec.on_schema_change, changes),
        f"{keys}: the next batch ends with LS511" if keys else "",
        f"{upstream}: the next run ends with LS514" if upstream else "",
        _read_otherwise(spark, project, row.table, state),
    ]
    notes = (*row.notes, *filter(None, found))
    schema = tuple(map(str, changes))
    return replace(row, notes=notes, schema=schema)


def _read_otherwise(
    spark: SparkSession, project: Project, name: str, state: TableState
) -> str:
    """Return a note on rows that were read by other settings of their source, else nothing."""
    if not project.table(name).source_name:
        return ""
    table = project_table(project, name)
    other = other_settings(spark, table, state, source_of(project, name))
    if not other:
        return ""
    return (
        f"older rows were read with another {', '.join(other)} and stay as they are:"
        f" lakesmith run --rebuild --select {name}"
    )


def _strategy(spec: Table) -> str:
    columns = spec.write.recomputed_by or spec.write.keys
    if columns:
        return f"{spec.write.strategy} by {', '.join(columns)}"
    return spec.write.strategy


def _new(planned: Planned, waits_for: Sequence[str]) -> str:
    parked = f", {len(planned.parked)} to park" if planned.parked else ""
    if planned.intent is None:
        if waits_for:
            return f"what {', '.join(waits_for)} will write"
        return f"nothing{parked}"
    retry = " (a batch that was begun)" if planned.is_retry else ""
    return f"{planned.new}{parked}{retry}"


def _reads(project: Project, name: str, planned: Planned, state: TableState) -> str:
    spec = project.table(name)
    if state.version is None:
        return "the input once; nothing of the table"
    is_retyped = planned.intent is not None and planned.intent.retyped
    if (
        merges_in(project, name) is not None
        and state.built_by == spec_hash(spec)
        and not is_retyped
    ):
        return (
            f"the changes and their groups of the table; of {spec.from_} only groups "
            "that lost or changed a row"
        )
    reads = spec.write.declared.reads
    bound = ", ".join([*spec.write.keys, *spec.write.key_implies])
    most = _at_most(project_table(project, name)) if "{most}" in reads else ""
    return reads.format(upstream=spec.from_, bound=bound, most=most)


def _at_most(table: TableRef) -> str:
    """Return how much of a table can be read at all, where that takes no Spark job."""
    files = table_files(table)
    if files is None:
        return ""
    rows = "" if files.rows is None else f", {files.rows:,} rows"
    return f", at most {files.count} file(s){rows}, {files.bytes:,} bytes"
