"""Publish and record a run, then raise or return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.batch.orphaned_rows import Move, orphan_results
from lakesmith.errors import GateRefused, RunFailed, WriteError
from lakesmith.ledger.publications import newest, publish
from lakesmith.ledger.store import Ledger, published_event
from lakesmith.observe.events import RunFinished, TablesPublished
from lakesmith.observe.run_records import RunFacts, state_of, write_records
from lakesmith.quality.check_result import describe
from lakesmith.session.batch import batch_session, describe_jobs, ending
from lakesmith.sources.live_versions import has_moved
from lakesmith.spec.graph import references

if TYPE_CHECKING:
    from lakesmith.observe.results import RunResult, TableResult
    from lakesmith.observe.table_tally import Tally
    from lakesmith.runs.executor import Executor

PUBLISHERS = 5


def conclude(
    facts: RunFacts,
    spark: SparkSession,
    executor: Executor,
    order: Sequence[Sequence[str]],
) -> RunResult:
    """Publish a run unless a table failed, close the ledger and write the records."""
    ledger = executor.ledger
    # What the verdicts decided is in the ledger before a reader sees it: the run that follows a
    # crash decides the same.
    ledger.flush(spark)
    selected = [table for wave in order for table in wave]
    results = [executor.progress.result(table) for table in selected]
    published = None
    if state_of(results) != "failed":
        audited = _audit_orphans(facts, spark, executor, selected)
        others = [table for table in audited if table not in selected]
        results = [executor.progress.result(table) for table in (*selected, *others)]
        published = _publish(facts, spark, ledger, order)
    ledger.flush(spark)
    result = facts.result(results, published)
    write_records(facts, spark, result, executor.progress.tallies, ledger.seq)
    ledger.compact(spark)
    facts.on_event(RunFinished(facts.run_id, result.state))
    return result


def _audit_orphans(
    facts: RunFacts, spark: SparkSession, executor: Executor, selected: Sequence[str]
) -> list[str]:
    """Look for rows that this run orphaned in tables without a batch, and return those tables.

    A table moved since it was published, so that a run after a crash looks once more.
    """
    moves = _moves(executor.ledger, selected)
    found = []
    for name in facts.project.table_names() if moves else ():
        state = executor.ledger.states.get(name)
        compares = moves.keys() & references(facts.project.table(name))
        if not compares or executor.progress.has_batch(name):
            continue
        if state is None or state.version is None:
            continue
        with ending(batch_session(spark)) as session:
            describe_jobs(session, f"{name} looks for orphans")
            rows = orphan_results(session, facts.project, name, state.version, moves)
            results = [*rows]
        if results:
            executor.progress.audit(name, state.batch, state.version, results)
            found.append(name)
    return found


def _moves(ledger: Ledger, selected: Sequence[str]) -> dict[str, Move]:
    """Return the tables whose published rows this run changes."""
    published = ledger.published["tables"]
    moves = {}
    for name in selected:
        state = ledger.state(name)
        since = published.get(name)
        if since is None or state.version is None or since >= state.version:
            continue
        if has_moved(state, since):
            moves[name] = Move(since, state.version, state.voids)
    return moves


def _publish(
    facts: RunFacts, spark: SparkSession, ledger: Ledger, order: Sequence[Sequence[str]]
) -> int | None:
    """Publish the tables of the run beside those that are published."""
    ran = {table for wave in order for table in wave}
    versions = {
        **ledger.published["tables"],
        **{name: v for name, v in ledger.versions.items() if name in ran},
    }
    if versions == ledger.published["tables"]:
        return ledger.published["id"] or None
    made = publish_beside(facts, spark, ledger.published["tables"], versions)
    ledger.stage(published_event(made))
    return int(made["id"])


def publish_tables(
    facts: RunFacts, spark: SparkSession, versions: Mapping[str, int]
) -> dict[str, Any]:
    """Publish versions of all tables that may be read, and report it."""
    env = facts.project.env
    table = facts.ref("ops.published")
    made = publish(spark, table, env, facts.run_id, facts.run_time, versions)
    facts.on_event(TablesPublished(facts.run_id, int(made["id"]), made["tables"]))
    return made


def publish_beside(
    facts: RunFacts,
    spark: SparkSession,
    known: Mapping[str, int],
    versions: Mapping[str, int],
) -> dict[str, Any]:
    """Publish what this run moved, beside what another run published meanwhile."""
    moved = {
        name: version
        for name, version in versions.items()
        if known.get(name) != version
    }
    table = facts.ref("ops.published")
    for _ in range(PUBLISHERS):
        public = newest(spark, table)["tables"] if facts.project.catalog else known
        try:
            return publish_tables(facts, spark, {**public, **moved})
        except WriteError as error:
            lost = error
            if error.code != "LS505":
                raise
    raise lost


def raise_or_return(result: RunResult, tallies: Mapping[str, Tally]) -> RunResult:
    """Return the result of a run, or raise what it calls for.

    Parameters
    ----------
    result : RunResult
    tallies : mapping of str to Tally
        Those of its tables, with their errors.

    Raises
    ------
    RunFailed
        LS700 when a table failed.
    GateRefused
        LS400 or LS401 when a check refused a table.

    Examples
    --------
    >>> from lakesmith.observe.results import RunResult
    >>> raise_or_return(RunResult("r1", "done", ()), {}).state
    'done'
    """
    if result.state not in ("failed", "refused"):
        return result
    bad = [table for table in result.tables if table.state == result.state]
    if result.state == "refused":
        raise _refusal(bad, result)
    cause = next(tally.error for tally in tallies.values() if tally.error is not None)
    text = "\n".join(table.error for table in bad)
    hint = "fix the cause and run again; nothing was published"
    raise RunFailed(
        f"{len(bad)} table(s) failed\n{text}", hint=hint, result=result
    ) from cause


def _refusal(bad: Sequence[TableResult], result: RunResult) -> GateRefused:
    verdicts = [
        (table.table, verdict)
        for table in bad
        for verdict in table.verdicts
        if verdict.refuses
    ]
    where = "; ".join(
        f"{name}: {describe(v.check, v.status, v.failed, v.message)}"
        for name, v in verdicts
    )
    names = ", ".join(table.table for table in bad)
    if verdicts and all(verdict.is_unmade for _, verdict in verdicts):
        hint = "correct the check and run again, or publish without it: `run --accept TABLE`"
        what = f"the quality gate refused {names}: a check could not be made"
        return GateRefused(what, code="LS401", where=where, hint=hint, result=result)
    hint = (
        "see `lakesmith quality`; change the check or quarantine the rows, or `run "
        "--accept TABLE`"
    )
    return GateRefused(
        f"the quality gate refused {names}", where=where, hint=hint, result=result
    )
