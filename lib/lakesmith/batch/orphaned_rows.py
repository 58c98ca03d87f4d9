"""Find rows that deletes in another table left without a match, where no batch looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.quality.check_result import CheckResult, error_result
from lakesmith.quality.checks.batch.evaluation import BatchScope, Unmeasured
from lakesmith.quality.checks.batch.measure import measure
from lakesmith.quality.checks.shuffles.orphans import MOST_ROWS
from lakesmith.quality.checks.shuffles.references import ReferencesEvaluation
from lakesmith.sources.upstream import (
    changed_rows,
    max_changed_rows,
    only_adds,
    snapshot,
)
from lakesmith.spec.model.checks.shuffles.references import References
from lakesmith.tables.ref import project_table
from lakesmith.transforms.conform import with_defaults

if TYPE_CHECKING:
    from lakesmith.sources.live_versions import Voids
    from lakesmith.spec.model import Project


@dataclass(frozen=True)
class Move:
    """Name the versions between which a table moved, and those in between that changed nothing."""

    since: int
    to: int
    voids: Voids = ()


def orphan_results(
    session: SparkSession,
    project: Project,
    name: str,
    version: int,
    moves: Mapping[str, Move],
) -> Iterator[CheckResult]:
    """Yield the results of the checks `references` of a table on tables that lost rows.

    Parameters
    ----------
    session : SparkSession
    project : Project
    name : str
        The table that refers, which has no new rows.
    version : int
        Its version that is read.
    moves : mapping of str to Move
        The tables that moved.

    Notes
    -----
    No job where a table only got rows, as its log says. Else the change feed and the key columns
    of the other table are read, and those of this one only where keys went.
    """
    for check in project.table(name).checks:
        if not isinstance(check, References) or check.table not in moves:
            continue
        move = moves[check.table]
        other = project_table(project, check.table)
        only_got_rows = only_adds(
            session,
            other,
            move.since,
            move.to,
            move.voids,
        )
        if not only_got_rows:
            yield from _judged(session, project, name, version, check, move)


def _judged(
    session: SparkSession,
    project: Project,
    name: str,
    version: int,
    check: References,
    move: Move,
) -> Iterator[CheckResult]:
    rows = _rows(session, project, name, version)
    others = _rows(session, project, check.table, move.to)
    scope = BatchScope(
        project.table(name),
        dict(rows.dtypes),
        rows=rows,
        tables={check.table: others},
        name=name,
    )
    evaluation = ReferencesEvaluation(check, scope)
    problem = evaluation.problem()
    if problem:
        yield error_result(check, problem)
        return
    found = _orphans(session, project, evaluation, rows, move)
    if found is None:
        return
    if isinstance(found, Unmeasured):
        yield error_result(check, found)
        return
    metrics = {evaluation.name(): found}
    result = evaluation.result(metrics)
    message = _since(result.message, check.table)
    yield replace(result, message=message)


def _orphans(
    session: SparkSession,
    project: Project,
    evaluation: ReferencesEvaluation,
    rows: DataFrame,
    move: Move,
) -> Any:
    """Return how many rows the move orphaned, None where no key went, or why nobody knows.

    All orphans are counted where the change feed cannot be read, as after another schema.
    """
    other = project_table(project, evaluation.check.table)
    changes = max_changed_rows(other, move.since, move.to)
    is_few = changes is not None and changes <= MOST_ROWS

    def gone(_: DataFrame) -> DataFrame:
        changed = changed_rows(
            session,
            other,
            move.since,
            move.to,
            move.voids,
        )
        return evaluation.gone(changed, is_few)

    def gone_count(own: DataFrame) -> DataFrame:
        rows_of_keys = F.count(F.lit(1))
        return gone(own).agg(rows_of_keys)

    def referring(own: DataFrame) -> DataFrame:
        keys = gone(own)
        return evaluation.referring(own, keys, is_few)

    keys = measure(rows, gone_count)
    if isinstance(keys, Unmeasured):
        return measure(rows, evaluation.measured)
    return measure(rows, referring) if keys else None


def _rows(
    session: SparkSession, project: Project, name: str, version: int
) -> DataFrame:
    columns = project.table(name).columns
    table = project_table(project, name)
    rows = snapshot(session, table, version)
    return rows.transform(with_defaults(columns))


def _since(message: str, other: str) -> str:
    return message and f"{message}; {other} lost the rows that they refer to"
