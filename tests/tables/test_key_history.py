"""Repeated keys of a commit are counted exactly, with and without a filter, from what can have the key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.session.batch import batch_session
from lakesmith.spec.model import Table
from lakesmith.spec.model.write import KeyFilter
from lakesmith.tables.commit import CommitId
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.key_history import repeats
from lakesmith.tables.key_history.added_rows import AddedRows
from lakesmith.tables.key_history.earlier_filter import EarlierFilter
from lakesmith.tables.key_history.repeats import count_repeats
from lakesmith.tables.ref import TableRef
from lakesmith.tables.writes import append, replace_all
from lakesmith.testing import frame

DDL = "k int, d double, t string"
NAN = float("nan")
SPEC = Table.model_validate({"from": "sources.a"})
ROW = st.tuples(
    st.none() | st.integers(0, 4), st.sampled_from([None, 0.0, -0.0, NAN, 1.5]), st.sampled_from([None, "", "a"])
)
BATCHES = st.lists(st.lists(ROW, min_size=1, max_size=5), min_size=3, max_size=4)


def landed(spark: SparkSession, path: Path, batches: list[list[Any]]) -> TableRef:
    """Return a table of these commits."""
    ref = TableRef("bronze.a", str(path))
    for number, rows in enumerate(batches):
        df, commit = frame(spark, DDL, rows).coalesce(1), CommitId("test", number + 1, "d")
        if number:
            append(df, ref, commit)
        else:
            replace_all(df, ref, SPEC, commit)
    return ref


def canonical(row: tuple[Any, ...], places: list[int]) -> tuple[Any, ...]:
    """Return the key of a row, equal where Spark's null-safe comparison says so."""
    key = [row[place] for place in places]
    return tuple("nan" if value != value else value for value in key)


def expected(batches: list[list[Any]], places: list[int]) -> int:
    """Count the rows of the last batch that have the key of an earlier row, one by one."""
    seen = {canonical(row, places) for batch in batches[:-1] for row in batch}
    repeated = 0
    for row in batches[-1]:
        key = canonical(row, places)
        repeated += key in seen
        seen.add(key)
    return repeated


def test_random_batches_are_counted_as_one_by_one(spark: SparkSession, tmp_path: Path) -> None:
    cases = iter(range(100))

    @given(BATCHES, st.sampled_from([[0], [1], [0, 2]]))
    @settings(max_examples=2, deadline=None, derandomize=True, database=None)
    def law(batches: list[list[Any]], places: list[int]) -> None:
        path = tmp_path / str(next(cases))
        keys = tuple("kdt"[place] for place in places)
        table = landed(spark, path, batches[:-1])
        # So small that most new keys are taken for known ones.
        stored = EarlierFilter.of(table, SPEC, keys, KeyFilter(fpr=0.5, expected_keys=1))
        stored.catch_up(spark)
        append(frame(spark, DDL, batches[-1]), table, CommitId("test", 9, "d"))
        added = AddedRows(table, newest_version(spark, table), keys)
        assert stored.before(spark, added.version)
        want = expected(batches, places)
        assert [count_repeats(spark, added), count_repeats(spark, added, stored)] == [want, want]

    law()


def test_a_filter_answers_for_new_keys_and_only_hits_are_looked_up(
    spark: SparkSession, tmp_path: Path, monkeypatch: Any
) -> None:
    batches = [[(k, None, "a") for k in range(20)], [(k, None, "a") for k in range(20, 40)]]
    table = landed(spark, tmp_path / "a", batches[:1])
    stored = EarlierFilter.of(table, SPEC, ["k"], KeyFilter(fpr=1e-6, expected_keys=1000))
    stored.catch_up(spark)
    append(frame(spark, DDL, batches[1]), table, CommitId("test", 9, "d"))
    monkeypatch.setattr(repeats, "_count_known", lambda *_: 1 / 0)
    assert count_repeats(spark, AddedRows(table, 1, ("k",)), stored) == 0


def test_a_filter_that_lacks_a_commit_is_not_asked_until_it_caught_up(spark: SparkSession, tmp_path: Path) -> None:
    batches = [[(1, None, "a")], [(2, None, "a")], [(2, None, "b"), (3, None, "b")]]
    table = landed(spark, tmp_path / "a", batches[:1])
    stored = EarlierFilter.of(table, SPEC, ["k"], KeyFilter(fpr=1e-6, expected_keys=1000))
    stored.catch_up(spark)
    for number, rows in enumerate(batches[1:]):
        append(frame(spark, DDL, rows), table, CommitId("test", 8 + number, "d"))
    assert stored.before(spark, 2) is None
    assert count_repeats(spark, AddedRows(table, 2, ("k",)), stored) == 1
    stored.catch_up(spark)
    # Its own keys are in it now, as when a batch is tried again.
    assert stored.before(spark, 2)
    assert count_repeats(spark, AddedRows(table, 2, ("k",)), stored) == 1


def test_another_writers_replacement_is_no_history(spark: SparkSession, tmp_path: Path) -> None:
    table = landed(spark, tmp_path / "a", [[(1, None, "a")]])
    stored = EarlierFilter.of(table, SPEC, ["k"], KeyFilter(fpr=1e-6, expected_keys=1000))
    stored.catch_up(spark)
    session = batch_session(spark)
    frame(session, DDL, [(5, None, "a")]).write.format("delta").mode("overwrite").save(table.location)
    append(frame(spark, DDL, [(1, None, "b"), (5, None, "b")]), table, CommitId("test", 9, "d"))
    assert stored.before(spark, 2) is None
    assert count_repeats(spark, AddedRows(table, 2, ("k",)), stored) == 1


def test_only_rows_of_the_condition_count_before_and_after(spark: SparkSession, tmp_path: Path) -> None:
    batches = [[(1, None, "a"), (2, None, "b")], [(1, None, "a"), (2, None, "a"), (1, None, "b"), (1, None, "b")]]
    table = landed(spark, tmp_path / "a", batches)
    added = AddedRows(table, 1, ("k",), F.col("t") == "a")
    assert count_repeats(spark, added) == 1


def test_each_key_of_a_table_has_a_filter_of_its_own() -> None:
    table, sized = TableRef("bronze.a", "/lake/a"), KeyFilter()
    places = [
        EarlierFilter.of(table, SPEC, keys, sized).table.key_filter.location for keys in (["a"], ["a", "b"], ["b"])
    ]
    assert len({*places, table.key_filter.location}) == 4
