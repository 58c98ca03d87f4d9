"""Keys by which a change touches rows: as literals, or by a join, with the same outcome."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.read.touched_keys import find_keys
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
