"""Format answers as text, one function a command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.cli.table import aligned, cell
from lakesmith.errors import render
from lakesmith.observe.plans import planned_text
from lakesmith.observe.refusals import ALERTING

if TYPE_CHECKING:
    from lakesmith.codes import Explanation
    from lakesmith.maintain.result import MaintenanceResult
    from lakesmith.observe.results import Plan, RunResult, TableResult

Row = Mapping[str, Any]

# Warnings that a run prints, since a value may be lost, or many rows are set apart.
_NAMED = ("field_arrived", "quarantine_growth")
_WORDS = {
    "nothing_new": "nothing new",
    "rolled_back": "rolled back",
    "kept_last_good": "kept last good",
}
_STATUS = (
    "table",
    "state",
    "batches",
    "read",
    "dropped",
    "quarantined",
    "accepted",
    "version",
)
_HISTORY = (
    "version",
    "timestamp",
    "operation",
    "epoch",
    "batch",
    "run_id",
    "plan",
    "metrics",
)
_STEPS = ("table", "action", "state", "reason")


def result_text(result: RunResult) -> str:
    """Return what a run did, with parked inputs, refused checks and the state."""
    counts = [_counted(table) for table in result.tables]
    lines = [aligned(counts)]
    for table in result.tables:
        lines += _table_lines(table)
    state = _say(result.state)
    published = _published(result.published)
    lines.append(f"run {result.run_id}: {state}{published}, {result.seconds:.1f} s")
    lines += _next_look(result)
    return "\n".join(lines)


def _table_lines(table: TableResult) -> Iterator[str]:
    for part in table.parked:
        yield f"parked: {part.path} ({table.table}): {part.reason}"
    is_written = table.state in ("done", "refused", *ALERTING)
    if table.error and is_written:
        yield f"{table.table}: {table.error}"
    for one in table.verdicts:
        if one.check in _NAMED and one.status != "pass":
            yield f"warning: {_place(table.table, one.column)}: {one.message}"


def _place(table: str, column: str) -> str:
    return f"{table}.{column}" if column else table


def _next_look(result: RunResult) -> list[str]:
    """Return one line on what to look at next, the worst thing first."""
    for state, command in _NEXT.items():
        tables = [table.table for table in result.tables if table.state == state]
        if tables:
            return [f"next: {command.format(tables[0])}"]
    quarantined = [table.table for table in result.tables if table.counts.quarantined]
    if quarantined:
        return [f"next: lakesmith quarantine {quarantined[0]}"]
    written = [table.table for table in result.tables if table.state == "done"]
    if not written:
        return []
    return [f"next: lakesmith show {written[-1]}"]


def _counted(table: TableResult) -> dict[str, Any]:
    counts = table.counts
    return {
        "table": table.table,
        "state": _say(table.state),
        "read": counts.read,
        "dropped": counts.dropped,
        "quarantined": counts.quarantined,
        "accepted": counts.accepted,
        "version": table.version,
        "seconds": round(table.seconds, 1),
    }


def rollback_text(result: RunResult) -> str:
    """Return where a rollback left each table."""
    rows = [
        {"table": one.table, "batches undone": one.batches, "version": one.version}
        for one in result.tables
    ]
    return "\n".join(
        [
            aligned(rows),
            f"run {result.run_id}: rolled back; the next run reads again what was undone",
        ]
    )


def _only(record: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def maintain_text(result: MaintenanceResult) -> str:
    """Return what maintenance did or would do, a row an action with its metrics."""
    rows = [_only(step, _STEPS) for step in result.steps]
    count = sum(step.state in ("done", "proposed") for step in result.steps)
    if result.dry_run:
        due = f"dry run, nothing was changed: {count} action(s) are due"
        last = f"{due}; `lakesmith maintain --no-dry-run` does them"
    else:
        done = f"maintenance {result.run_id}: {count} action(s) done"
        published = _published(result.published)
        last = f"{done}{published}, {result.seconds:.1f} s"
    steps = aligned(rows, _STEPS)
    return "\n".join([steps, *result.errors, last])


def _published(number: int | None) -> str:
    return f", published as {number}" if number else ""


def _say(state: str) -> str:
    return _WORDS.get(state, state)


def plan_text(plan: Plan) -> str:
    """Return what a run would do, a row a table, then joins, new columns, scans and notes."""
    names = ("wave", "table", "strategy", "new", "reads")
    rows = [_only(table, names) for table in plan.tables]
    scans = [
        f"extra scan for {table.table}: {scan}"
        for table in plan.tables
        for scan in table.extra_scans
    ]
    schema = [
        f"schema of {table.table}: {line}"
        for table in plan.tables
        for line in table.schema
    ]
    notes = [
        f"note on {table.table}: {note}"
        for table in plan.tables
        for note in table.notes
    ]
    joins = [
        f"join of {table.table}: {join}"
        for table in plan.tables
        for join in table.joins
    ]
    tables = aligned(rows, names)
    return "\n".join([tables, *joins, *schema, *scans, *notes])


def status_text(runs: Sequence[Row]) -> str:
    """Return the last runs, newest first, with their tables."""
    return (
        "\n\n".join(_run(run) for run in runs)
        or "no runs yet; start one with `lakesmith run`"
    )


def _run(run: Row) -> str:
    state = _say(run["run_state"])
    if run["published"]:
        state = f"{state}, published as {run['published']}"
    head = f"run {run['run_id']}: {state}, now = {cell(run['run_time'])}"
    tables = [{**table, "state": _say(table["state"])} for table in run["tables"]]
    parked: list[str] = []
    errors: list[str] = []
    warnings: list[str] = []
    for table in tables:
        name = table["table"]
        parts = (table["parked"] or "").splitlines()
        parked += [f"parked: {part}" for part in parts]
        if table["error"]:
            errors.append(f"{name}: {table['error']}")
        warnings += [f"warning: {name}: {text}" for text in table.get("warnings", ())]
    status = aligned(tables, _STATUS)
    return "\n".join([head, status, *parked, *errors, *warnings])


def history_text(tables: Mapping[str, Sequence[Row]]) -> str:
    """Return the commits of each table, newest first."""
    parts = [
        f"{name}\n{_commits(commits)}" for name, commits in tables.items() if commits
    ]
    return (
        "\n\n".join(parts)
        or "no table has been written yet; start with `lakesmith run`"
    )


def _commits(commits: Sequence[Row]) -> str:
    said = [
        (
            " ".join(f"{k}={v}" for k, v in row["metrics"].items()),
            planned_text(row["plan"]),
        )
        for row in commits
    ]
    rows = [
        {**row, "metrics": metrics, "plan": plan}
        for row, (metrics, plan) in zip(commits, said, strict=True)
    ]
    joins = [
        f"joins of version {row['version']}: {join}"
        for row in commits
        for join in row.get("joins", ())
    ]
    return "\n".join([aligned(rows, _HISTORY), *joins])


def rows_text(rows: Sequence[Row]) -> str:
    """Return rows of a table, with NULL apart from an empty text."""
    return aligned(rows, null="NULL") if rows else "no rows"


_NEXT = {
    "failed": "lakesmith explain CODE says more about the error of {}",
    "refused": "lakesmith quality {}",
    "kept_last_good": "lakesmith quality {}",
    "alerted": "lakesmith quality {}",
}


def init_text(made: Row) -> str:
    """Return what was written and the two commands to type next."""
    written = [f"wrote {path}" for path in made["written"]]
    return "\n".join(
        [
            *written,
            "",
            "next:",
            f"  cd {shlex.quote(made['directory'])}",
            "  lakesmith run",
        ]
    )


def deploy_text(made: Row) -> str:
    """Return what was written and the commands to type next, or what was found as the specs say."""
    if "checked" in made:
        return "\n".join(f"as the specs say: {path}" for path in made["checked"])
    lines = [f"wrote {path}" for path in made["written"]]
    lines += ["", "next:"]
    if not made["builds_wheel"]:
        lines.append("  put the wheel of Lakesmith into dist/")
    lines += ["  databricks bundle validate", "  databricks bundle deploy"]
    return "\n".join(lines)


def validate_text(found: Row) -> str:
    """Return that the specs are sound, after the warnings."""
    warnings = [
        f"warning: {render(one.code, one.what, one.where, one.hint)}"
        for one in found["warnings"]
    ]
    return "\n".join(
        [
            *warnings,
            f"specs are sound: {found['sources']} source(s), {found['tables']} table(s)",
        ]
    )


def explain_text(entry: Explanation) -> str:
    """Return the explanation of a code."""
    head = f"{entry.code} {entry.title}"
    return "\n".join([head, entry.meaning, entry.action])
