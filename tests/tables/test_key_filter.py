"""The key filter beside a table: it is asked only when it stands for the table as it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.session.batch import batch_session
from lakesmith.sketches.stored_filter import StoredFilter
from lakesmith.spec.model import Table
from lakesmith.tables.commit import TXN_APP, TXN_VERSION, USER_METADATA, CommitId, write
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.filter_header import usable_filter
from lakesmith.tables.upsert.filter_probe import append_new, mark_known, screen
from lakesmith.tables.upsert.key_filter import load_filter, refresh
from lakesmith.tables.upsert.stored_filter import stored_filter
from lakesmith.tables.writes import replace_all, upsert
from lakesmith.testing import frame
from lakesmith.transforms.joins.bloom import semi_join_bloom
from lakesmith.transforms.joins.large.stored import probe_stored
from lakesmith.types import Transform

DDL = "id int, name string, _seq int"
FILTER = {"fpr": 1e-6, "expected_keys": 1000}
UPDATE = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"], "key_filter": FILTER}
IGNORE = {"strategy": "upsert", "keys": ["id"], "when_matched": "ignore", "key_filter": FILTER}
PARTS = IGNORE | {"keys": ["name", "id"], "partition_by": ["name"], "key_implies": ["name"]}


def spec(write: dict[str, Any], **more: Any) -> Table:
    return Table.model_validate({"from": "bronze.a", "write": write | more})


def created(spark: SparkSession, path: Path, write: dict[str, Any], rows: list[tuple[Any, ...]]) -> TableRef:
    ref = TableRef("silver.a", str(path / "a"))
    replace_all(frame(spark, DDL, rows).coalesce(1), ref, spec(write), CommitId("test", 1, "d"))
    refresh(spark, ref, spec(write))
    return ref


@pytest.fixture(scope="module")
def lasting(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> TableRef:
    """A table of three keys, its filter built, for tests that write nothing."""
    return created(spark, tmp_path_factory.mktemp("lasting"), UPDATE, [(1, "a", 1), (2, "b", 1), (None, "n", 1)])


@pytest.fixture
def table(lasting: TableRef, tmp_path: Path) -> TableRef:
    """A copy of it for a test that writes."""
    shutil.copytree(Path(lasting.location).parent, tmp_path, dirs_exist_ok=True)
    return TableRef(lasting.name, str(tmp_path / "a"))


def maybe(spark: SparkSession, table: TableRef, ids: list[int | None]) -> list[int | None]:
    header = usable_filter(spark, table, spec(UPDATE))
    assert header is not None
    marked = mark_known(frame(spark, "id int", [(i,) for i in ids]), table, header)
    return [row["id"] for row in marked.filter("_maybe").collect()]


def another_writer(spark: SparkSession) -> SparkSession:
    """Return a session whose commits do not carry the identity of ours."""
    session = batch_session(spark)
    for key in (TXN_APP, TXN_VERSION, USER_METADATA):
        session.conf.unset(key)
    return session


def is_off(spark: SparkSession, table: TableRef, write: dict[str, Any] = UPDATE) -> bool:
    return usable_filter(spark, table, spec(write)) is None


def upserted(spark: SparkSession, table: TableRef, rows: list[tuple[Any, ...]], number: int = 2) -> None:
    commit, batch = CommitId("test", number, str(number)), frame(spark, DDL, rows)
    write(spark, table, commit, lambda: upsert(batch, table, spec(UPDATE), None))


def names(spark: SparkSession, table: TableRef) -> list[str]:
    return sorted(row["name"] for row in table.load(spark).collect())


def test_it_knows_the_keys_of_the_table_null_among_them(spark: SparkSession, lasting: TableRef) -> None:
    assert sorted(maybe(spark, lasting, [1, 2, None, 3, 4]), key=repr) == [1, 2, None]


def test_a_kill_between_the_commits_puts_it_off_until_it_catches_up(spark: SparkSession, table: TableRef) -> None:
    upserted(spark, table, [(2, "c", 2), (3, "d", 1)])
    assert is_off(spark, table)
    assert screen(frame(spark, DDL, [(3, "e", 2)]), table, spec(UPDATE)) is None
    header = refresh(spark, table, spec(UPDATE))
    assert header is not None
    assert (header.table_version, header.fullest, header.parts) == (1, 4, 2)
    assert maybe(spark, table, [1, 3, 4]) == [1, 3]


def test_maintenance_and_deletes_leave_it_on_once_it_caught_up(spark: SparkSession, table: TableRef) -> None:
    table.delete_rows(another_writer(spark), "id = 1")
    refresh(spark, table, spec(UPDATE))
    another_writer(spark).sql(f"OPTIMIZE {table.sql_name}").collect()
    before = newest_version(spark, table.key_filter)
    assert maybe(spark, table, [1, 5]) == [1]
    refresh(spark, table, spec(UPDATE))
    assert newest_version(spark, table.key_filter) == before


def test_a_key_that_another_writer_changed_is_known(spark: SparkSession, table: TableRef) -> None:
    another_writer(spark).sql(f"UPDATE {table.sql_name} SET id = 77 WHERE id = 1").collect()
    refresh(spark, table, spec(UPDATE))
    assert maybe(spark, table, [77, 78]) == [77]


def test_a_restore_puts_it_off_and_it_is_built_from_scratch(spark: SparkSession, table: TableRef) -> None:
    table.delete_rows(another_writer(spark), "id = 1")
    refresh(spark, table, spec(UPDATE), from_scratch=True)
    assert maybe(spark, table, [1, 2]) == [2]
    table.restore(another_writer(spark), 0)
    assert is_off(spark, table)
    refresh(spark, table, spec(UPDATE))
    assert maybe(spark, table, [1, 2, 3]) == [1, 2]


def test_a_filter_of_another_table_of_the_name_is_not_asked(spark: SparkSession, table: TableRef) -> None:
    shutil.rmtree(table.location)
    rows = frame(spark, DDL, [(8, "x", 1)]).coalesce(1)
    replace_all(rows, table, spec(UPDATE), CommitId("test", 1, "other"))
    assert is_off(spark, table)
    refresh(spark, table, spec(UPDATE))
    assert maybe(spark, table, [1, 8]) == [8]


def test_a_filter_that_another_writer_wrote_to_is_not_asked(spark: SparkSession, table: TableRef) -> None:
    table.key_filter.delete_rows(another_writer(spark), "block % 2 = 0")
    assert is_off(spark, table)
    refresh(spark, table, spec(UPDATE))
    assert maybe(spark, table, [1, 2, 3]) == [1, 2]


@pytest.mark.parametrize(
    "write",
    [UPDATE | {"keys": ["name"]}, UPDATE | {"key_filter": {"fpr": 1e-9}}, UPDATE | {"key_filter": None}],
    ids=["another key", "a lower rate", "no filter"],
)
def test_a_filter_for_something_else_is_not_asked(
    spark: SparkSession, lasting: TableRef, write: dict[str, Any]
) -> None:
    assert is_off(spark, lasting, write)


def test_a_filter_of_another_hash_is_not_asked(
    spark: SparkSession, lasting: TableRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakesmith.tables.upsert.filter_header.HASH_VERSION", 2)
    assert is_off(spark, lasting)


def test_above_its_capacity_it_is_built_from_scratch_with_room(spark: SparkSession, tmp_path: Path) -> None:
    small = UPDATE | {"key_filter": {"fpr": 0.01, "expected_keys": 2}}
    table = created(spark, tmp_path, small, [(1, "a", 1)])
    upserted(spark, table, [(2, "b", 1), (3, "c", 1)])
    header = refresh(spark, table, spec(small))
    assert header is not None
    assert (header.capacity, header.fullest, header.parts) == (6, 3, 1)


def test_its_commits_are_folded_into_one(spark: SparkSession, table: TableRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakesmith.tables.upsert.key_filter.MOST_PARTS", 2)
    for number in (4, 5):
        upserted(spark, table, [(number, "x", 1)], number)
        header = refresh(spark, table, spec(UPDATE))
    assert header is not None
    assert header.parts == 1
    assert sorted(maybe(spark, table, [1, 2, 4, 5, 6])) == [1, 2, 4, 5]  # type: ignore[type-var]


def test_without_a_change_feed_it_is_built_from_scratch(spark: SparkSession, tmp_path: Path) -> None:
    ref = TableRef("silver.a", str(tmp_path / "a"))
    frame(spark, DDL, [(1, "a", 1)]).write.format("delta").save(ref.location)
    refresh(spark, ref, spec(UPDATE))
    upserted(spark, ref, [(3, "c", 1)])
    refresh(spark, ref, spec(UPDATE))
    assert maybe(spark, ref, [1, 3, 4]) == [1, 3]


def test_where_files_of_the_change_feed_are_missing_it_is_built_from_scratch(
    spark: SparkSession, table: TableRef
) -> None:
    upserted(spark, table, [(1, "A", 2), (5, "e", 1)])
    feed = list(Path(table.location, "_change_data").glob("*.parquet"))
    for file in feed:
        file.unlink()
    assert feed
    assert refresh(spark, table, spec(UPDATE)) is not None
    assert maybe(spark, table, [1, 5, 9]) == [1, 5]


def test_above_the_cap_its_shards_are_stored(spark: SparkSession, tmp_path: Path) -> None:
    table = TableRef("silver.a", str(tmp_path / "a"))
    frame(spark, DDL, [(1, "a", 1), (2, "b", 1), (None, "n", 1)]).write.format("delta").save(table.location)
    header = refresh(spark, table, spec(UPDATE), cap_bits=256)
    assert header is not None
    assert header.shape.shards == header.blocks
    assert load_filter(spark, table, header).filter("shard = block").count() == 3
    assert sorted(maybe(spark, table, [1, 2, 3])) == [1, 2]  # type: ignore[type-var]


def test_partitions_of_odd_names(spark: SparkSession, tmp_path: Path) -> None:
    rows = [(1, None, 1), (2, "", 1), (3, "a/=% b", 1), (4, "a", 1)]
    table = created(spark, tmp_path, PARTS, rows)
    batch = frame(spark, DDL, [*rows, (5, "", 1), (6, "new", 1), (3, "a", 1)])
    header = usable_filter(spark, table, spec(PARTS))
    assert header is not None
    marked = mark_known(batch, table, header)
    new = marked.filter("NOT _maybe").collect()
    assert sorted((row["id"], row["name"]) for row in new) == [(3, "a"), (5, ""), (6, "new")]


def test_new_rows_are_appended_and_known_ones_ignored(spark: SparkSession, tmp_path: Path) -> None:
    table = created(spark, tmp_path, IGNORE, [(1, "a", 1), (None, "n", 1)])
    rows = frame(spark, DDL, [(1, "z", 2), (None, "z", 2), (3, "c", 1), (4, "d", 1)])
    screened = screen(rows, table, spec(IGNORE))
    assert screened is not None
    counted = {"numSourceRows": 4, "numTargetRowsInserted": 2, "numTargetRowsUpdated": 0}
    seen = {"keysSeenBefore": 2, "keysSeenBeforeAtLeast": 2, "keysSeenBeforeAtMost": 2}
    assert screened.counts == counted | seen
    append_new(rows, table, CommitId("test", 2, "e"), screened)
    assert names(spark, table) == ["a", "c", "d", "n"]


def test_a_batch_that_updates_is_appended_only_when_all_is_new(spark: SparkSession, lasting: TableRef) -> None:
    some = screen(frame(spark, DDL, [(1, "z", 2), (3, "c", 1)]), lasting, spec(UPDATE))
    none = screen(frame(spark, DDL, [(3, "c", 1)]), lasting, spec(UPDATE))
    assert some is not None
    assert none is not None
    assert (some.appends, some.seen.value, none.appends, none.known) == (False, pytest.approx(1), True, None)


def test_false_positives_are_looked_up(spark: SparkSession, tmp_path: Path) -> None:
    rough = UPDATE | {"key_filter": {"fpr": 0.5, "expected_keys": 40}}
    table = created(spark, tmp_path, rough, [(number, "a", 1) for number in range(40)])
    screened = screen(frame(spark, DDL, [(number, "b", 1) for number in range(100, 140)]), table, spec(rough))
    assert screened is not None
    assert (screened.maybe > 0, screened.appends, screened.known) == (True, True, None)


def test_a_table_that_moved_is_not_appended_to(spark: SparkSession, table: TableRef) -> None:
    rows = frame(spark, DDL, [(3, "c", 1)])
    screened = screen(rows, table, spec(UPDATE))
    assert screened is not None
    upserted(spark, table, [(3, "d", 1)])
    with pytest.raises(WriteError, match="LS506"):
        append_new(rows, table, CommitId("test", 3, "e"), screened)


def probed(stored: StoredFilter) -> Transform:
    return lambda rows: probe_stored(rows, stored, ["id"], ["id"])


def test_a_join_gets_the_filter_of_the_version_that_it_reads(spark: SparkSession, table: TableRef) -> None:
    stored = stored_filter(spark, table, spec(UPDATE), 0)
    assert stored is not None and dict(stored.key) == {"id": "int"}
    other = table.load(spark).select("id")
    rows = frame(spark, "id bigint", [(1,), (5,)])
    kept = rows.transform(semi_join_bloom(other=other, on=["id"], stored=stored))
    assert [row["id"] for row in kept.collect()] == [1]


def test_a_filter_of_other_rows_than_those_of_the_version_is_not_given(spark: SparkSession, table: TableRef) -> None:
    sql = another_writer(spark).sql
    sql(f"OPTIMIZE delta.`{table.location}`")
    maintained = newest_version(spark, table)
    sql(f"DELETE FROM delta.`{table.location}` WHERE id = 2")
    found = {version: stored_filter(spark, table, spec(UPDATE), version) for version in range(maintained + 2)}
    assert [version for version, one in found.items() if one is None] == [maintained + 1]
    refresh(spark, table, spec(UPDATE), from_scratch=True)
    assert [v for v in found if stored_filter(spark, table, spec(UPDATE), v) is not None] == [maintained + 1]


def test_a_filter_that_is_given_stays_as_it_is(spark: SparkSession, table: TableRef) -> None:
    stored = stored_filter(spark, table, spec(UPDATE), 0)
    another_writer(spark).sql(f"DELETE FROM {table.sql_name} WHERE id = 1").collect()
    refresh(spark, table, spec(UPDATE), from_scratch=True)
    assert stored is not None
    kept = frame(spark, "id int", [(1,)]).transform(probed(stored))
    assert kept.collect() == [(1, True)]


def test_a_table_with_partitions_gives_no_filter(spark: SparkSession, tmp_path: Path) -> None:
    parts = created(spark, tmp_path, PARTS, [(1, "a", 1)])
    assert stored_filter(spark, parts, spec(PARTS), 0) is None
