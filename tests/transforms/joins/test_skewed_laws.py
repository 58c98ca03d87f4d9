"""Each join of a large side gives the rows that DuckDB gives."""

from __future__ import annotations

from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.joins.bloom import anti_join_bloom, join_bloom, semi_join_bloom
from lakesmith.transforms.joins.skewed import join_skewed
from tests.transforms.joins.reference import rows_of, texts

# DuckDB and Spark agree on these: NaN equals NaN, 0.0 equals -0.0, NULL equals nothing.
HOT = st.just((float("nan"), "a"))
KEYS = HOT | st.tuples(
    st.sampled_from([None, 0.0, -0.0, float("nan"), 1.0, 2.5]), st.sampled_from([None, "", "a", "b"])
)
ROWS = st.lists(KEYS, max_size=12).flatmap(lambda few: st.integers(0, 6).map(lambda copies: few + few[:1] * copies))
HOWS = st.sampled_from(["inner", "left", "right", "full", "semi", "anti"])
SHAPES = {"semi": "SEMI", "anti": "ANTI", "inner": "INNER", "left": "LEFT", "right": "RIGHT", "full": "FULL"}
LEFT, RIGHT = "f double, t string, id int", "f double, t string, v int"


def numbered(keys: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*key, place) for place, key in enumerate(keys)]


def by_duck(left: list[tuple[Any, ...]], right: list[tuple[Any, ...]], how: str, null_safe: bool) -> list[str]:
    equals = "IS NOT DISTINCT FROM" if null_safe else "="
    with duckdb.connect() as own:
        for name, rows, last in (("l", left, "id"), ("r", right, "v")):
            own.execute(f"CREATE TABLE {name} (f DOUBLE, t VARCHAR, {last} INT)")
            if rows:
                own.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", rows)
        columns = "l.f, l.t, l.id" if how in ("semi", "anti") else "coalesce(l.f, r.f), coalesce(l.t, r.t), l.id, r.v"
        condition = f"l.f {equals} r.f AND l.t {equals} r.t"
        found = own.execute(f"SELECT {columns} FROM l {SHAPES[how]} JOIN r ON {condition}").fetchall()
    # A row of the left side has its own key, a NULL of which the other side does not fill.
    keys = {row[-1]: row[:2] for row in left}
    return texts([row if row[2] is None else (*keys[row[2]], *row[2:]) for row in found])


@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(ROWS, ROWS, HOWS, st.booleans(), st.booleans(), st.booleans())
def test_a_skewed_join_is_that_of_duckdb(
    spark: SparkSession,
    left: list[Any],
    right: list[Any],
    how: Any,
    null_safe: bool,
    is_declared: bool,
    is_unique: bool,
) -> None:
    left, right = numbered(left), numbered(right)
    keys: dict[str, Any] = (
        {"hot_keys": [[float("nan"), "a"], [1.0, "b"]], "other_hot_keys": [[0.0, ""], [None, "a"]]}
        if is_declared
        else {}
    )
    # It holds whether `other` is unique or not.
    keys |= {"other_is_unique": is_unique}
    planned = join_skewed(
        other=frame(spark, RIGHT, right), on=["f", "t"], how=how, null_safe=null_safe, min_rows=1, partitions=3, **keys
    )
    joined = frame(spark, LEFT, left).transform(planned)
    assert rows_of(joined) == by_duck(left, right, how, null_safe)


@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(ROWS, ROWS, st.sampled_from(["inner", "left", "semi", "anti"]), st.booleans(), st.sampled_from([None, 1, 100]))
def test_a_thinned_join_is_that_of_duckdb(
    spark: SparkSession, left: list[Any], right: list[Any], how: Any, null_safe: bool, expected: int | None
) -> None:
    left, right = numbered(left), numbered(right)
    options: dict[str, Any] = {"null_safe": null_safe, "expected_keys": expected, "fpr": 0.5}
    step = {"semi": semi_join_bloom, "anti": anti_join_bloom}.get(how)
    options |= {"other": frame(spark, RIGHT, right), "on": ["f", "t"]}
    planned = step(**options) if step else join_bloom(**options, how=how)
    joined = frame(spark, LEFT, left).transform(planned)
    assert rows_of(joined) == by_duck(left, right, how, null_safe)
