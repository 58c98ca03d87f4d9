"""Rows that a batch reads again leave the quarantine, also when their columns were widened since."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from lakesmith.batch.write.quarantine import _delete_read_again
from lakesmith.tables.ref import TableRef
from lakesmith.testing import frame

STORED = [
    '{"id":1,"v":50.00,"n":2}',
    '{"id":1,"v":50.00,"n":2}',
    '{"id":1,"v":50.0000,"n":2.0,"more":"x"}',
    '{"id":1,"v":50.00,"n":2,"more":null}',
    '{"id":1,"v":50.01,"n":2}',
    '{"id":2,"v":50.00,"n":2}',
    '{"id":1,"v":"fifty","n":2}',
    "no JSON",
]


def test_rows_that_are_read_again_leave_the_quarantine(spark: SparkSession, tmp_path: Path) -> None:
    quarantine = TableRef("silver.orders__quarantine", str(tmp_path / "quarantine"))
    quarantine.save(frame(spark, "_raw string", [(raw,) for raw in STORED]).write.format("delta"))
    again = spark.sql("""
        SELECT named_struct('id', 1, 'v', 50.0000BD, 'n', 2D, 'more', 'x') AS _raw
        UNION ALL SELECT named_struct('id', 3, 'v', 1.0000BD, 'n', 1D, 'more', NULL)
    """)
    _delete_read_again(again, quarantine)
    left = [row["_raw"] for row in quarantine.load(spark).collect()]
    assert sorted(left) == sorted(STORED[3:])
