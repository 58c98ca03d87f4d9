from __future__ import annotations

import time
from pathlib import Path

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, Row, SparkSession

from lakesmith.session.batch import batch_session, ending
from lakesmith.sources.live_versions import live_spans
from lakesmith.sources.upstream import changed_rows, is_retyped, new_rows, snapshot
from lakesmith.tables.ref import TableRef
from lakesmith.testing import frame

ROW = "id int, name string, _seq int, _deleted boolean"
SHOWN = "id int, name string"


@pytest.fixture(scope="module")
def upstream(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> TableRef:
    """Versions: 0 two rows, 1 one inserted, 2 one updated, 3 one becomes a tombstone, 4 refused, 5 undone."""
    table = TableRef("silver.a", str(tmp_path_factory.mktemp("lake") / "a"))
    first = frame(spark, ROW, [(1, "a", 1, False), (2, "b", 1, False)])
    first.coalesce(1).write.format("delta").option("delta.enableChangeDataFeed", "true").save(table.location)
    frame(spark, ROW, [(3, "c", 1, False)]).write.format("delta").mode("append").save(table.location)
    spark.sql(f"UPDATE {table.sql_name} SET name = 'A', _seq = 2 WHERE id = 1")
    spark.sql(f"UPDATE {table.sql_name} SET _deleted = true, _seq = 2 WHERE id = 2")
    frame(spark, ROW, [(9, "z", 1, False)]).write.format("delta").mode("append").save(table.location)
    table.restore(spark, 3)
    return table


def test_a_snapshot_hides_tombstones_and_hidden_columns(spark: SparkSession, upstream: TableRef) -> None:
    found = snapshot(spark, upstream, 3)
    assert_df_equality(found, frame(spark, SHOWN, [(1, "A"), (3, "c")]), ignore_row_order=True, ignore_nullable=True)


def test_without_a_position_all_visible_rows_are_new(spark: SparkSession, upstream: TableRef) -> None:
    found = new_rows(spark, upstream, None, 1).select("id", "name")
    expected = frame(spark, SHOWN, [(1, "a"), (2, "b"), (3, "c")])
    assert_df_equality(found, expected, ignore_row_order=True, ignore_nullable=True)


def test_new_rows_are_inserts_and_new_images(spark: SparkSession, upstream: TableRef) -> None:
    found = new_rows(spark, upstream, 0, 2)
    expected = frame(spark, f"{SHOWN}, _deleted boolean", [(1, "A", False), (3, "c", False)])
    assert_df_equality(found, expected, ignore_row_order=True, ignore_nullable=True)


def test_a_delete_reaches_downstream_tables_as_a_tombstone(spark: SparkSession, upstream: TableRef) -> None:
    found = new_rows(spark, upstream, 2, 3)
    expected = frame(spark, f"{SHOWN}, _deleted boolean", [(2, "b", True)])
    assert_df_equality(found, expected, ignore_nullable=True)


def test_changed_rows_are_old_and_new_images(spark: SparkSession, upstream: TableRef) -> None:
    found = changed_rows(spark, upstream, 1, 2)
    assert_df_equality(found, frame(spark, SHOWN, [(1, "a"), (1, "A")]), ignore_row_order=True, ignore_nullable=True)


def test_a_void_changes_nothing(spark: SparkSession, upstream: TableRef) -> None:
    found = changed_rows(spark, upstream, 2, 5, voids=[(4, 5)])
    assert_df_equality(found, frame(spark, SHOWN, [(2, "b"), (2, "b")]), ignore_row_order=True, ignore_nullable=True)


def test_a_table_without_tombstones_is_read_as_it_is(spark: SparkSession, tmp_path: Path) -> None:
    table = TableRef("bronze.a", str(tmp_path / "a"))
    rows = frame(spark, SHOWN, [(1, "a")])
    rows.write.format("delta").save(table.location)
    assert_df_equality(snapshot(spark, table, 0), rows, ignore_nullable=True)


FAR = (
    "-0044-03-15 00:00:00", "0001-01-01 00:00:00", "1000-02-28 00:00:00", "1582-10-04 23:59:59.999999",
    "1582-10-05 00:00:00", "1582-10-10 12:00:00.000001", "1582-10-14 23:59:59.999999", "1582-10-15 00:00:00",
    "1883-11-18 12:03:57", "9999-12-31 23:59:59.999999", "+12000-01-01 00:00:00", "+290000-01-01 00:00:00",
)  # fmt: skip


def test_the_feed_has_the_days_that_the_table_has(spark: SparkSession, tmp_path: Path) -> None:
    table = TableRef("silver.a", str(tmp_path / "a"))
    texts = frame(spark, "text string", [(text,) for text in FAR])
    at = "cast(text AS timestamp) AS at"
    rows = texts.selectExpr("text", "date(text) AS day", at, "cast(text AS timestamp_ntz) AS clock")
    nested = rows.selectExpr("*", "array(day) AS days", "struct(at) AS within", "map(day, at) AS ats").coalesce(1)
    nested.limit(0).write.format("delta").option("delta.enableChangeDataFeed", "true").save(table.location)
    nested.write.format("delta").mode("append").save(table.location)
    with ending(batch_session(spark)) as session:
        read = {text: as_text(new_rows(session, table, since, 1)) for text, since in [("feed", 0), ("table", None)]}
    assert read["feed"] == read["table"]
    assert [row.day for row in read["feed"]] == [row.text.split(" ")[0] for row in read["feed"]]


def as_text(rows: DataFrame) -> list[Row]:
    """Return rows as Spark writes their values, since Python has neither these years nor these days."""
    return rows.selectExpr(*[f"cast({name} AS string) AS {name}" for name in rows.columns]).sort("text").collect()


@pytest.mark.parametrize(
    ("since", "to", "voids", "spans"),
    [
        (3, 5, [], [(4, 5)]),
        (3, 9, [(5, 6)], [(4, 4), (7, 9)]),
        (3, 9, [(4, 5), (6, 7)], [(8, 9)]),
        (3, 9, [(1, 2)], [(4, 9)]),
        (3, 5, [(4, 5)], []),
    ],
)
def test_live_spans_leave_voids_out(
    since: int, to: int, voids: list[tuple[int, int]], spans: list[tuple[int, int]]
) -> None:
    assert live_spans(since, to, voids) == spans


@pytest.mark.parametrize(("retention", "maybe"), [("1 week", False), ("1 second", True)])
def test_types_beyond_the_retention_may_be_others(
    spark: SparkSession, tmp_path: Path, retention: str, maybe: bool
) -> None:
    table, kept = TableRef("silver.a", str(tmp_path / "a")), {"delta.deletedFileRetentionDuration": retention}
    frame(spark, SHOWN, [(1, "a")]).write.format("delta").options(**kept).save(table.location)
    time.sleep(1.5 if maybe else 0)
    spark.sql(f"ALTER TABLE {table.sql_name} ADD COLUMNS (more int)")
    frame(spark, f"{SHOWN}, more int", [(2, "b", 3)]).write.format("delta").mode("append").save(table.location)
    assert is_retyped(spark, table, 0, 2) is maybe
