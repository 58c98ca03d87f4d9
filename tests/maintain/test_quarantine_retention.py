"""Old quarantined rows are deleted, and those that wait for a replay are never deleted silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.maintain.quarantine_retention import QuarantineRetention
from lakesmith.spec.model.quarantine import Quarantine
from lakesmith.tables.ref import TableRef

DAY = 86_400
NOW = 100.0 * DAY
ROWS = """
    SELECT timestamp_seconds(day * 86400) AS _quarantined_at, day AS _batch_id, batch AS _replayed_by
    FROM VALUES (1, 5L), (2, NULL), (3, 5L), (95, 5L), (96, NULL) AS t(day, batch)
"""


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> TableRef:
    """A quarantine with three rows older than 90 days, of which one waits."""
    ref = TableRef("silver.orders__quarantine", str(tmp_path / "quarantine"))
    ref.save(spark.sql(ROWS).write.format("delta"))
    return ref


@pytest.mark.parametrize(("keep_waiting", "left"), [(True, [2, 95, 96]), (False, [95, 96])])
def test_old_rows_are_deleted(spark: SparkSession, table: TableRef, keep_waiting: bool, left: list[int]) -> None:
    settings = Quarantine(retention="90d", keep_waiting=keep_waiting)
    retention = QuarantineRetention(spark, table, settings, NOW)
    (proposal,) = retention.plan()
    assert proposal.is_due
    assert "2 replayed row(s)" in proposal.reason and "1 " in proposal.reason
    retention.delete()
    assert sorted(row["_batch_id"] for row in table.load(spark).collect()) == left
    (again,) = retention.plan()
    assert (again.is_due, again.is_held) == (False, keep_waiting)


def test_a_quarantine_of_which_nothing_was_replayed_is_kept(spark: SparkSession, tmp_path: Path) -> None:
    ref = TableRef("silver.orders__quarantine", str(tmp_path / "quarantine"))
    ref.save(spark.sql(ROWS).drop("_replayed_by").write.format("delta"))
    (proposal,) = QuarantineRetention(spark, ref, Quarantine(retention="90d"), NOW).plan()
    assert not proposal.is_due
    assert proposal.reason.endswith("3 older row(s) wait for a replay and are kept")
    assert QuarantineRetention(spark, ref, Quarantine(), NOW).plan() == []
