"""What is due by the metrics alone."""

from __future__ import annotations

import pytest

from lakesmith.maintain.plan_maintenance import plan_layout, plan_vacuum
from lakesmith.maintain.result import Proposal
from lakesmith.maintain.retained_versions import Hold, blocks_vacuum, reader_behind
from lakesmith.maintain.table_stats import DAY, DataFile, TableMetrics
from lakesmith.spec.model import Maintenance
from lakesmith.tables.delta_log.history import Commit

NOW = 1_000 * DAY
BIG = DataFile(64 * 1024 * 1024, rows=1000)
SMALL = DataFile(1024, rows=10)


def metrics(*files: DataFile, ages: tuple[float, ...] = (0.0,), expired: tuple[int, int] = (0, 0)) -> TableMetrics:
    commits = [Commit(v, int((NOW - age * DAY) * 1000), "WRITE", {}, {}) for v, age in enumerate(ages)]
    size = sum(file.size for file in files)
    return TableMetrics(commits[-1].version, len(files), size, files, tuple(reversed(commits)), 30.0, (), expired)


def proposed(found: TableMetrics, action: str, **settings: object) -> Proposal:
    (one,) = [one for one in plan_layout(found, Maintenance(**settings)) if one.action == action]  # type: ignore[arg-type]
    return one


def test_many_small_files_of_one_partition_are_compacted() -> None:
    one = proposed(metrics(*[SMALL] * 8, BIG), "optimize")
    assert (one.is_due, one.reason) == (True, "8 of 9 files under 32 MB in 1 partition(s)")


def test_small_files_spread_over_partitions_are_left() -> None:
    files = [DataFile(1024, partition=f"day={day}") for day in range(20)]
    assert not proposed(metrics(*files), "optimize").is_due


def test_large_files_are_left() -> None:
    assert not proposed(metrics(*[BIG] * 50), "optimize").is_due


@pytest.mark.parametrize(("deleted", "is_due"), [(0, False), (99, False), (100, True)])
def test_a_share_of_deleted_rows_is_purged(deleted: int, is_due: bool) -> None:
    assert proposed(metrics(DataFile(9, rows=1000, deleted=deleted)), "purge").is_due is is_due


def test_a_table_is_clustered_once() -> None:
    assert proposed(metrics(BIG), "cluster", cluster_by=("id",)).is_due
    clustered = TableMetrics(0, 1, 9, (BIG,), (), 30.0, ("id",))
    assert not proposed(clustered, "cluster", cluster_by=("id",)).is_due


def test_where_only_sums_are_known_the_mean_decides() -> None:
    many = TableMetrics(9, 40, 40_000, None, (), 30.0)
    one = proposed(many, "optimize")
    assert (one.is_due, one.reason) == (True, "40 files of 1,000 bytes on average, small is 32 MB")
    wrote = Commit(9, 0, "MERGE", {}, {"numTargetDeletionVectorsAdded": 1})
    busy = TableMetrics(9, 40, 40_000, None, (wrote,) * 8, 30.0)
    assert [proposed(busy, "purge").is_due, proposed(many, "purge").is_due] == [True, False]


def test_expired_files_are_vacuumed_unless_somebody_needs_them() -> None:
    found = metrics(expired=(388, 220_200_960))
    assert plan_vacuum(found, Maintenance(), "").reason == "210 MB in 388 file(s) unreferenced for more than 30 days"
    held = plan_vacuum(found, Maintenance(), "gold.daily has read it up to version 3")
    assert (held.is_due, held.is_held) == (False, True)
    assert not plan_vacuum(found, Maintenance(vacuum=False), "").is_due
    assert not plan_vacuum(metrics(), Maintenance(), "a reader").is_held


@pytest.mark.parametrize(
    ("version", "lost"),
    [
        (2, False),  # it reads the newest version
        (1, False),  # what came after it is young
        (0, True),  # what came after it is older than the retention
    ],
)
def test_vacuum_takes_nothing_from_whoever_reads_older_versions(version: int, lost: bool) -> None:
    found = metrics(ages=(50.0, 40.0, 2.0))
    assert bool(blocks_vacuum([Hold(version, "a reader")], found, NOW)) is lost


def test_vacuum_is_refused_rather_than_guessed_when_the_log_is_cleaned() -> None:
    kept = metrics(ages=(50.0, 40.0, 2.0))
    cleaned = TableMetrics(2, 0, 0, (), kept.commits[:1], 30.0)
    assert "no longer has" in blocks_vacuum([Hold(0, "a reader")], cleaned, NOW)
    assert blocks_vacuum([Hold(1, "a reader")], cleaned, NOW) == ""


def test_tombstones_wait_for_the_slowest_reader() -> None:
    assert reader_behind([Hold(9, "a")], 9) == ""
    assert reader_behind([Hold(2, "b"), Hold(1, "a")], 9) == "a"
