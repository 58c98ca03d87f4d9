"""Plan the maintenance of a table from its metrics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakesmith.maintain.result import Proposal

if TYPE_CHECKING:
    from lakesmith.maintain.table_stats import DataFile, TableMetrics
    from lakesmith.spec.model import Maintenance
    from lakesmith.tables.delta_log.history import Commit

MB = 1024 * 1024
VECTORS = (
    "numDeletionVectorsAdded",
    "numDeletionVectorsUpdated",
    "numTargetDeletionVectorsAdded",
)


def plan_layout(metrics: TableMetrics, settings: Maintenance) -> tuple[Proposal, ...]:
    """Propose the actions that change files and no row.

    Examples
    --------
    >>> from lakesmith.maintain.table_stats import DataFile, TableMetrics
    >>> from lakesmith.spec.model import Maintenance
    >>> metrics = TableMetrics(3, 1, 900, (DataFile(900),), (), 30.0)
    >>> [proposal.action for proposal in plan_layout(metrics, Maintenance(cluster_by=("id",)))]
    ['cluster', 'optimize', 'purge']
    """
    cluster = _plan_cluster(metrics, settings)
    optimize = plan_optimize(metrics, settings)
    purge = plan_purge(metrics, settings)
    return (*cluster, optimize, purge)


def _plan_cluster(metrics: TableMetrics, settings: Maintenance) -> list[Proposal]:
    if not settings.cluster_by:
        return []
    wanted = ", ".join(settings.cluster_by)
    current = ", ".join(metrics.clustering)
    if wanted == current:
        return [Proposal("cluster", False, f"clustered by {current}")]
    return [
        Proposal(
            "cluster", True, f"clustered by {current or 'nothing'}, wanted is {wanted}"
        )
    ]


def plan_optimize(metrics: TableMetrics, settings: Maintenance) -> Proposal:
    """Propose to compact the table when a partition has many small files.

    Examples
    --------
    >>> from lakesmith.maintain.table_stats import DataFile, TableMetrics
    >>> from lakesmith.spec.model import Maintenance
    >>> files = tuple(DataFile(100) for _ in range(9))
    >>> plan_optimize(TableMetrics(3, 9, 900, files, (), 30.0), Maintenance())
    Proposal(action='optimize', is_due=True, reason='9 of 9 files under 32 MB in 1 partition(s)',
    is_held=False)
    """
    limit = megabytes(settings.small_file_bytes)
    if metrics.files is None:
        mean = metrics.size // max(metrics.count, 1)
        is_due = (
            metrics.count >= settings.min_small_files
            and mean < settings.small_file_bytes
        )
        return Proposal(
            "optimize",
            is_due,
            f"{metrics.count} files of {megabytes(mean)} on average, small is {limit}",
        )
    crowded = _crowded(metrics.files, settings)
    if crowded:
        small = sum(map(len, crowded))
        return Proposal(
            "optimize",
            True,
            f"{small} of {metrics.count} files under {limit} in {len(crowded)} partition(s)",
        )
    small = sum(file.size < settings.small_file_bytes for file in metrics.files)
    return Proposal(
        "optimize", False, f"{small} of {metrics.count} files under {limit}"
    )


def _crowded(files: Sequence[DataFile], settings: Maintenance) -> list[list[DataFile]]:
    """Return the small files of each partition that has enough of them."""
    small: dict[str, list[DataFile]] = defaultdict(list)
    for file in files:
        if file.size < settings.small_file_bytes:
            small[file.partition].append(file)
    least = settings.min_small_files
    return [files for files in small.values() if len(files) >= least]


def plan_purge(metrics: TableMetrics, settings: Maintenance) -> Proposal:
    """Propose to rewrite files whose deleted rows are a large share of all rows.

    Examples
    --------
    >>> from lakesmith.maintain.table_stats import DataFile, TableMetrics
    >>> from lakesmith.spec.model import Maintenance
    >>> files = (DataFile(900, rows=100, deleted=24), DataFile(900, rows=100))
    >>> plan_purge(TableMetrics(3, 2, 1800, files, (), 30.0), Maintenance()).reason
    '12 % of rows, in 1 of 2 files, are deleted by vectors'
    """
    if metrics.files is None:
        return _purge_by_commits(metrics.commits, settings)
    deleted = sum(file.deleted for file in metrics.files)
    rows = sum(file.rows or 0 for file in metrics.files)
    touched = sum(file.deleted > 0 for file in metrics.files)
    share = deleted / rows if rows else 0.0
    is_due = deleted > 0 and share >= settings.deleted_share
    percent = f"{share * 100:.2g} % of rows"
    places = f"in {touched} of {metrics.count} files"
    reason = f"{percent}, {places}, are deleted by vectors"
    return Proposal("purge", is_due, reason)


def _purge_by_commits(commits: Sequence[Commit], settings: Maintenance) -> Proposal:
    """Count commits with vectors since the last purge whose deleted rows are unknown."""
    last = max(
        (commit.version for commit in commits if commit.operation == "REORG"),
        default=-1,
    )
    wrote = [
        commit
        for commit in commits
        if any(commit.metrics.get(name) for name in VECTORS)
    ]
    count = sum(commit.version > last for commit in wrote)
    reason = f"{count} commit(s) deleted rows by vectors since the last purge"
    return Proposal("purge", count >= settings.min_small_files, reason)


def plan_vacuum(metrics: TableMetrics, settings: Maintenance, needed: str) -> Proposal:
    """Propose to delete the files that no version within the retention needs.

    Parameters
    ----------
    metrics : TableMetrics
    settings : Maintenance
    needed : str
        Who still reads older versions; empty when nobody does.

    Examples
    --------
    >>> from lakesmith.maintain.table_stats import TableMetrics
    >>> from lakesmith.spec.model import Maintenance
    >>> metrics = TableMetrics(3, 1, 900, (), (), 30.0, expired=(2, 0))
    >>> plan_vacuum(metrics, Maintenance(), "").reason
    '2 file(s) unreferenced for more than 30 days'
    >>> plan_vacuum(metrics, Maintenance(), "gold.a has read it up to version 1").is_held
    True
    """
    count, size = metrics.expired
    size_text = f"{count} file(s)"
    if size:
        size_text = f"{megabytes(size)} in {size_text}"
    reason = f"{size_text} unreferenced for more than {metrics.days:g} days"
    if count and not settings.vacuum:
        return Proposal("vacuum", False, f"{reason}; switched off in the spec")
    if count and needed:
        return Proposal("vacuum", False, f"{reason}; {needed}", is_held=True)
    return Proposal("vacuum", count > 0, reason)


def megabytes(size: int) -> str:
    """Return bytes as a person reads them.

    Examples
    --------
    >>> megabytes(32 * 1024 * 1024), megabytes(1_300_000), megabytes(900)
    ('32 MB', '1.2 MB', '900 bytes')
    """
    if size < MB // 10:
        return f"{size:,} bytes"
    return f"{size / MB:.1f}".removesuffix(".0") + " MB"
