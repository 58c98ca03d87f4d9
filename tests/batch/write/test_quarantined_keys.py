"""A quarantined row of a snapshot names a key that still exists at the source."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.batch.gate.gate_rows import GatedRows
from lakesmith.batch.write.quarantined_keys import Quarantined, find_quarantined, quarantined_keys, rows_before
from lakesmith.quality.gate import tag
from lakesmith.quality.rule import Rule
from lakesmith.tables.watermark import Watermark
from lakesmith.testing import frame

RAW = "id int, day int, ok boolean"
FINAL = "id int, _seq struct<day:int>"
NEWEST = Watermark("int", "3")


def frames(spark: SparkSession, rows: list[tuple[int, int, bool]]) -> GatedRows:
    rule = Rule("fine", "expression", "ok", "quarantine", ~F.col("ok"), F.lit(""))
    tagged = frame(spark, RAW, rows).transform(tag([rule]))
    return cast(GatedRows, SimpleNamespace(tagged=tagged, rules=(rule,)))


def test_what_quarantined_rows_say_of_snapshots(spark: SparkSession) -> None:
    batch = frames(spark, [(1, 3, True), (2, 3, False), (3, 2, True), (4, 5, False), (5, 4, True)])
    assert find_quarantined(batch, "day", NEWEST, ("2", "7")) == Quarantined(True, True, ("5", "7"))
    assert quarantined_keys(batch, ["id"], "day", NEWEST).collect() == [(2,)]


def test_without_quarantined_rows_nothing_is_known(spark: SparkSession) -> None:
    batch = frames(spark, [(1, 3, True)])
    assert find_quarantined(batch, "day", NEWEST, ()) == Quarantined(False, False, ())


def test_too_many_times_ahead_are_not_kept(spark: SparkSession) -> None:
    batch = frames(spark, [(1, day, False) for day in range(4, 30)])
    assert find_quarantined(batch, "day", NEWEST, ()).ahead is None


def test_a_row_stays_unless_a_snapshot_since_then_lacks_it(spark: SparkSession) -> None:
    batch = frames(spark, [(1, 1, True), (2, 1, True), (2, 2, True), (1, 3, False), (2, 3, False)])
    final = frame(spark, FINAL, [(1, (1,)), (2, (2,))])
    keys = quarantined_keys(batch, ["id"], "day", NEWEST)
    kept = rows_before(batch, final, keys, "day", NEWEST)
    assert [row.id for row in kept.collect()] == [2]
