"""Keys by which a change touches rows: as literals, or by a join, with the same outcome."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.read.touched_keys import Times, find_keys, find_spans
from lakesmith.testing import frame

ROWS = [(1, "a"), (2, None), (None, "b"), (3, "c")]


@pytest.mark.parametrize(("most", "method"), [(2000, "literals"), (1, "broadcast semi join")])
@pytest.mark.parametrize(
    ("kind", "keys", "marked"),
    [
        ("bigint", [(1,), (3,)], [1, 3]),
        ("int", [(1,), (3,)], [1, 3]),
        ("string", [("1",), ("3",)], [1, 3]),
        ("double", [(1.0,), (3.0,)], [1, 3]),
        ("bigint", [(3,), (None,)], [None, 3]),
    ],
)
def test_rows_are_marked_alike(
    spark: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    method: str,
    kind: str,
    keys: list[tuple[object, ...]],
    marked: list[int | None],
) -> None:
    monkeypatch.setattr("lakesmith.batch.read.touched_keys.MAX_KEYS", most)
    found = find_keys(frame(spark, f"id {kind}", keys))
    assert found.method == ("broadcast semi join" if kind == "double" else method)
    rows = frame(spark, "id int, name string", ROWS)
    wanted = rows.transform(found.mark("touched")).filter("touched")
    assert sorted((row["id"] for row in wanted.collect()), key=repr) == sorted(marked, key=repr)
    assert wanted.columns == ["id", "name", "touched"]


def test_a_bound_holds_every_row_that_a_key_matches(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakesmith.batch.read.touched_keys.MAX_KEYS", 1)
    found = find_keys(frame(spark, "id int", [(1,), (2,)]))
    rows = frame(spark, "id int, name string", ROWS)
    may_be = rows.filter(found.may_match(rows))
    assert sorted(row["id"] for row in may_be.collect()) == [1, 2]


def test_no_key_marks_no_row(spark: SparkSession) -> None:
    found = find_keys(frame(spark, "id int", []))
    rows = frame(spark, "id int, name string", ROWS)
    assert rows.transform(found.mark("touched")).filter("touched").count() == 0


DAYS = [(day, date(2024, 1, day)) for day in (1, 5, 9)]


@pytest.mark.parametrize("most", [2000, 0])
@pytest.mark.parametrize(
    ("spans", "touched"),
    [
        ([("2024-01-05", "2024-01-09")], [5]),
        ([("2024-01-01", "2024-01-02"), ("2024-01-06", "2024-01-10")], [1, 5, 9]),
        ([("2024-01-05", None)], [5, 9]),
        ([(None, "2024-01-05")], [1]),
        ([(None, None)], [1, 5, 9]),
    ],
)
def test_times_are_those_from_the_first_change_until_before_the_last_end(
    spark: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    spans: list[tuple[str | None, str | None]],
    touched: list[int],
) -> None:
    monkeypatch.setattr("lakesmith.batch.read.touched_keys.MAX_KEYS", most)
    texts = frame(spark, "k int, _low string, _high string", [(k, *span) for k, span in enumerate(spans)])
    found = find_spans(texts.selectExpr("k", "DATE(_low) AS _low", "DATE(_high) AS _high"), ["k"], "at")
    rows = frame(spark, "k int, id int, at date", [(k, *day) for k in (0, 1) for day in (*DAYS, (0, None))])
    met = {row["id"] for row in rows.filter(found.may_match(rows)).collect()}
    assert sorted(met) == touched
    assert found.count == len(spans)


def test_times_of_another_type_bound_nothing(spark: SparkSession) -> None:
    rows = frame(spark, "id int, at string", [(1, "2024-01-01"), (0, None)])
    assert rows.filter(Times("at", "date", date(2025, 1, 1)).may_match(rows)).count() == 2
