"""Restore the tables whose newest batch a check refused, without planning it again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.observe.events import RunFinished, RunStarted
from lakesmith.observe.interrupted_runs import record_interrupted
from lakesmith.observe.observers import NO_OBSERVERS, Observer
from lakesmith.observe.results import RunResult, TableResult
from lakesmith.observe.run_records import RunFacts, facts_of, write_records
from lakesmith.runs.lock import project_lock
from lakesmith.runs.recover import Recovery

if TYPE_CHECKING:
    from lakesmith.spec.model import Project


def give_up(
    session: Callable[[], SparkSession],
    project: Project,
    tables: Collection[str],
    on_event: Observer = NO_OBSERVERS,
) -> RunResult:
    """Undo the refused batches of some tables, whose next batch starts from the last good version.

    Parameters
    ----------
    session : callable
    project : Project
    tables : collection of str
    on_event : Observer, optional

    Returns
    -------
    RunResult
        One entry a table. What is published stays as it is.

    Raises
    ------
    LedgerError
        LS604 when one of the tables was not refused. Nothing was changed then.
    RunLocked
        When another run holds the warehouse.
    """
    facts = facts_of(project, None, on_event)
    spark = session()
    with project_lock(spark, project):
        facts.on_event(RunStarted(facts.run_id))
        result = _undo_refused(facts, spark, tables)
        facts.on_event(RunFinished(facts.run_id, result.state))
    return result


def _undo_refused(
    facts: RunFacts, spark: SparkSession, tables: Collection[str]
) -> RunResult:
    ledger = open_ledger(spark, facts.project, facts.run_id)
    record_interrupted(facts, spark, ledger)
    Recovery(spark, facts.project, ledger).give_up(tables)
    undone = [
        TableResult(name, "rolled_back", 1, version=ledger.state(name).version)
        for name in tables
    ]
    published = ledger.published["id"] or None
    result = replace(facts.result(undone, published), state="rolled_back")
    write_records(facts, spark, result)
    return result
