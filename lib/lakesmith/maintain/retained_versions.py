"""Find the versions that VACUUM must keep for lagging consumers, open batches and publications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.ledger.commit_walk import undone_spans
from lakesmith.maintain.table_stats import DAY, TableMetrics
from lakesmith.sinks.consumers import positions_on
from lakesmith.sources.registry import changed_inputs_of, inputs_read, span_of
from lakesmith.spec.graph import references, upstreams

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.ledger.state import TableState
    from lakesmith.ledger.store import Ledger
    from lakesmith.sources.live_versions import Voids
    from lakesmith.spec.model import Project
    from lakesmith.tables.ref import TableRef

RAISE = "raise delta.deletedFileRetentionDuration and run"
MARGIN = 0.05  # of the retention: as long may pass between the look and the deletion


@dataclass(frozen=True)
class Hold:
    """Name a version from which on a consumer reads.

    For a downstream table it is where its next batch begins, after versions that changed no row.
    """

    version: int
    reason: str


def unfinished(state: TableState) -> str:
    """Return why a table is left alone, or an empty text when all its batches are closed.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> unfinished(TableState("gold.a", batch=4, refused={"version": 3}))
    'batch 4 was refused and is undone or accepted by the next run'
    >>> unfinished(TableState("gold.a"))
    ''
    """
    if state.undo:
        return "a rollback of it is not finished: run first"
    if state.refused:
        return (
            f"batch {state.batch} was refused and is undone or accepted by the next run"
        )
    if not state.open:
        return ""
    return f"batch {state.open.batch} was begun and is not done: run first"


def change_of_another_writer(
    spark: SparkSession, table: TableRef, state: TableState
) -> str:
    """Return what another writer did to the rows of a table, or an empty text."""
    try:
        undone_spans(spark, table, state)
    except InputError as error:
        return error.what
    return ""


def readers(project: Project, ledger: Ledger, name: str) -> tuple[Hold, ...]:
    """Return how far downstream tables and consumers have read a table.

    Batches that a downstream table has begun are included.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.ledger.store import Ledger
    >>> from lakesmith.spec.model import Project
    >>> from lakesmith.tables.ops_table import OpsTable
    >>> from lakesmith.tables.ref import TableRef
    >>> tables = {"bronze": {"a": {"from": "bronze.b"}}}
    >>> project = Project.model_validate({"name": "shop", "tables": tables})
    >>> state = TableState("bronze.a", positions={"table": {"to": 2}})
    >>> ledger = Ledger(OpsTable(TableRef("ops.ledger", "/lake"), ""), "r1", {"bronze.a": state})
    >>> [hold.reason for hold in readers(project, ledger, "bronze.b")]
    ['bronze.a has read it up to version 2']
    """
    voids = ledger.state(name).voids
    states = {table: ledger.state(table) for table in project.table_names()}
    # A table whose `from` was changed still reads what it was built from, until it is rebuilt.
    specs = {table: project.table(table) for table in states}
    downstream = [
        state
        for table, state in states.items()
        if name in (*upstreams(specs[table]), *references(specs[table]), state.upstream)
    ]
    reads = [
        hold for state in downstream for hold in _reads(project, state, name, voids)
    ]
    outside = positions_on(ledger.consumers, name)
    return (*reads, *[Hold(position.version, str(position)) for position in outside])


def _reads(
    project: Project, state: TableState, name: str, voids: Voids
) -> Iterator[Hold]:
    if (
        state.since is not None
        and (state.upstream or project.table(state.table).from_) == name
    ):
        yield Hold(
            over_voids(state.since, voids),
            f"{state.table} has read it up to version {state.since}",
        )
    computed_with = inputs_read(state.positions).get(name)
    if computed_with is not None:
        yield Hold(
            over_voids(computed_with, voids),
            f"the rows of {state.table} are computed with version {computed_with} of it",
        )
    if state.open:
        yield from _open_batch_reads(project, state.open, name, voids)


def _open_batch_reads(
    project: Project, intent: Intent, name: str, voids: Voids
) -> Iterator[Hold]:
    read = span_of(intent.input)
    compared = {version for key, version in intent.references if key == name}
    inputs = project.table(intent.table).inputs
    looked_up = {version for key, version in intent.lookups if inputs.get(key) == name}
    versions = compared | looked_up
    if read is not None and read.name == name:
        versions |= (
            {read.to}
            if read.since is None
            else {read.to, over_voids(read.since, voids)}
        )
    for span in changed_inputs_of(intent.input).values():
        if span.name == name and span.since is not None:
            versions |= {over_voids(span.since, voids)}
    who = f"batch {intent.batch} of {intent.table} was begun and reads it"
    yield from (
        Hold(version, f"{who} from version {version}") for version in sorted(versions)
    )


def over_voids(version: int, voids: Voids) -> int:
    """Return how far a reader is that need not read what changed nothing.

    Examples
    --------
    >>> over_voids(3, [(4, 6), (7, 7), (9, 9)])
    7
    """
    for low, high in sorted(voids):
        version = high if low <= version + 1 <= high else version
    return version


def all_holds(project: Project, ledger: Ledger, name: str) -> tuple[Hold, ...]:
    """Return every version of a table from which on a consumer reads.

    The published version and that of the newest batch are among them.
    """
    held = list(readers(project, ledger, name))
    published = ledger.published["tables"].get(name)
    if published is not None:
        held.append(Hold(published, f"version {published} is published"))
    newest = ledger.state(name).version
    if newest is not None:
        held.append(Hold(newest, f"version {newest} is its newest batch"))
    return tuple(held)


def reader_behind(held: Sequence[Hold], version: int) -> str:
    """Return who has not read a table up to a version, or an empty text.

    Examples
    --------
    >>> held = [Hold(2, "gold.a has read it up to version 2")]
    >>> reader_behind(held, 3), reader_behind(held, 2)
    ('gold.a has read it up to version 2', '')
    """
    behind = [hold for hold in held if hold.version < version]
    if not behind:
        return ""
    return min(behind, key=lambda hold: hold.version).reason


def blocks_vacuum(held: Sequence[Hold], metrics: TableMetrics, now: float) -> str:
    """Return whose files VACUUM might delete, or an empty text.

    Whoever reads from a version on needs what later commits removed. VACUUM leaves alone what was
    removed within the retention, so the commit after that version must be that young, or not be
    there.

    Examples
    --------
    >>> from lakesmith.tables.delta_log.history import Commit
    >>> commits = (Commit(1, 1_000, "MERGE", {}, {}), Commit(0, 0, "WRITE", {}, {}))
    >>> metrics = TableMetrics(1, 2, 900, (), commits, days=1.0)
    >>> blocks_vacuum([Hold(0, "gold.a has read it")], metrics, now=2.0)
    ''
    >>> text = blocks_vacuum([Hold(0, "gold.a has read it")], metrics, now=2 * DAY)
    >>> text.partition(":")[0]
    'gold.a has read it, and what changed since 1970-01-01 is kept for 1 days only'
    """
    times = {commit.version: commit.timestamp / 1000 for commit in metrics.commits}
    for hold in sorted(held, key=lambda hold: hold.version):
        if hold.version >= metrics.version:
            continue
        after = times.get(hold.version + 1)
        if after is None:
            return f"{hold.reason}, and the log no longer has the commit after it"
        if after < now - metrics.days * DAY * (1 - MARGIN):
            day = f"{datetime.fromtimestamp(after, timezone.utc):%Y-%m-%d}"
            return (
                f"{hold.reason}, and what changed since {day} is kept for "
                f"{metrics.days:.3g} days only: {RAISE}"
            )
    return ""
