"""Joins by time and by range equal DuckDB on any rows, with skew, NULLs and ties on the edges."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.joins import as_of
from lakesmith.transforms.joins.as_of import join_as_of
from lakesmith.transforms.joins.range import join_range
from lakesmith.transforms.joins.scd2 import join_scd2
from lakesmith.transforms.joins.timed import plan_size

LAW = settings(max_examples=6, deadline=None, derandomize=True, database=None)
# One key of several is the most frequent one.
KEYS = st.sampled_from(["hot", "hot", "hot", "hot", "a", "b", None])
TIMES = st.none() | st.integers(-20, 20)
LEFT = st.lists(st.tuples(KEYS, TIMES), max_size=40)
RIGHT = st.lists(st.tuples(KEYS, TIMES, st.none() | st.integers(0, 3)), max_size=40)
ENDS = st.tuples(KEYS, TIMES, TIMES)
COMPARED = {
    ("backward", False): ">",
    ("backward", True): ">=",
    ("forward", False): "<",
    ("forward", True): "<=",
}
RELATIONS = {
    "overlaps": "coalesce(l.b < r.e, true) AND coalesce(r.b < l.e, true)",
    "contains": "(l.b IS NULL OR coalesce(l.b <= r.b, false)) AND (l.e IS NULL OR coalesce(r.e <= l.e, false))",
    "within": "(r.b IS NULL OR coalesce(r.b <= l.b, false)) AND (r.e IS NULL OR coalesce(l.e <= r.e, false))",
}


def asked(sql: str, **tables: tuple[str, list[tuple[Any, ...]]]) -> Counter[tuple[Any, ...]]:
    """Return what DuckDB answers on tables of literal rows."""
    with duckdb.connect() as own:
        for name, (ddl, rows) in tables.items():
            own.execute(f"CREATE TABLE {name} ({ddl})")
            if rows:
                own.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        return Counter(own.execute(sql).fetchall())


def each_time_once(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list({(key, at): (key, at, value) for key, at, value in rows}.values())


@LAW
@given(LEFT, RIGHT, st.sampled_from(sorted(COMPARED)), st.booleans())
def test_as_of(spark: SparkSession, left: list[Any], right: list[Any], how: tuple[Any, bool], in_parts: bool) -> None:
    right = each_time_once(right)
    direction, exact = how
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(as_of, "ROWS_OF_A_PART", 1)
        hot: dict[str, Any] = {"hot_key_rows": 8, "hot_key_span": "40"} if in_parts else {}
        join = join_as_of(
            other=frame(spark, "k string, at int, v int", right), on=["k"], at="at", direction=direction,
            allow_exact=exact, **hot,
        )  # fmt: skip
        found = frame(spark, "k string, at int", left).transform(join).collect()
    sql = f"SELECT l.k, l.t, r.v FROM l ASOF LEFT JOIN r ON l.k = r.k AND l.t {COMPARED[how]} r.t"
    expected = asked(sql, l=("k VARCHAR, t INT", left), r=("k VARCHAR, t INT, v INT", right))
    assert Counter(map(tuple, found)) == expected


@LAW
@given(LEFT, RIGHT, st.integers(0, 6), st.booleans())
def test_nearest_with_staleness(spark: SparkSession, left: list[Any], right: list[Any], span: int, exact: bool) -> None:
    right = each_time_once(right)
    other = frame(spark, "k string, at int, v int", right)
    options = {"direction": "nearest", "allow_exact": exact or span == 0, "max_staleness": str(span)}
    join = join_as_of(other=other, on=["k"], at="at", **options)  # type: ignore[arg-type]
    found = frame(spark, "k string, at int", left).transform(join).collect()

    def nearest(key: str | None, at: int | None) -> int | None:
        if key is None or at is None:
            return None
        times = [(abs(at - t), t, v) for k, t, v in right if k == key and t is not None]
        near = min([one for one in times if options["allow_exact"] or one[0]], default=None, key=lambda one: one[:2])
        return near[2] if near and near[0] <= span else None

    assert Counter(map(tuple, found)) == Counter((key, at, nearest(key, at)) for key, at in left)


@LAW
@given(LEFT, st.lists(st.tuples(KEYS, st.integers(-20, 20), TIMES, st.integers(0, 99)), max_size=30), st.booleans())
def test_what_was_known_at_the_time(spark: SparkSession, left: list[Any], right: list[Any], in_parts: bool) -> None:
    right = list({(key, at, known): (key, at, known, value) for key, at, known, value in right}.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(as_of, "ROWS_OF_A_PART", 1)
        hot: dict[str, Any] = {"hot_key_rows": 8, "hot_key_span": "40"} if in_parts else {}
        other = frame(spark, "k string, at int, known int, v int", right)
        join = join_as_of(other=other, on=["k"], at="at", available_at="known", **hot)
        found = frame(spark, "k string, at int", left).transform(join).collect()
    sql = """SELECT l.k, l.t, (SELECT r.v FROM r WHERE r.k = l.k AND r.t < l.t AND r.known <= l.t
             ORDER BY r.t DESC, r.known DESC LIMIT 1) FROM l"""
    expected = asked(sql, l=("k VARCHAR, t INT", left), r=("k VARCHAR, t INT, known INT, v INT", right))
    assert Counter(map(tuple, found)) == expected


@LAW
@given(LEFT, st.dictionaries(KEYS, st.lists(TIMES, max_size=6, unique=True)), st.booleans())
def test_versions(spark: SparkSession, left: list[Any], bounds: dict[Any, list[Any]], is_sent: bool) -> None:
    versions = []
    for key, times in bounds.items():
        begins = sorted(time for time in times if time is not None)
        ends = [*begins[1:], None if None in times else 21][: len(begins)]
        versions += [(key, f"{begin}", begin, end) for begin, end in zip(begins, ends, strict=True)]
    other = frame(spark, "k string, n string, valid_from int, valid_to int", versions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_size, "plan_bytes", lambda df: 100)
        join = join_scd2(other=other, on=["k"], at="at", broadcast_bytes=100 if is_sent else 0)
    assert join.choice.method == ("broadcast" if is_sent else "union")
    found = frame(spark, "k string, at int", left).transform(join).collect()
    sql = "SELECT l.k, l.t, r.n FROM l LEFT JOIN r ON l.k = r.k AND b <= t AND (e IS NULL OR t < e)"
    expected = asked(sql, l=("k VARCHAR, t INT", left), r=("k VARCHAR, n VARCHAR, b INT, e INT", versions))
    assert Counter(map(tuple, found)) == expected


@LAW
@given(LEFT, st.lists(ENDS, max_size=30), st.sampled_from(["1", "7", "300"]), st.sampled_from(["inner", "left"]))
def test_points_in_intervals(spark: SparkSession, left: list[Any], right: list[Any], width: str, how: Any) -> None:
    other = frame(spark, "k string, b int, e int", right)
    join = join_range(other=other, on=["k"], at="at", other_at=["b", "e"], width=width, how=how)
    found = frame(spark, "k string, at int", left).transform(join).collect()
    is_some = "coalesce(r.b < r.e, true)"
    inside = "l.t IS NOT NULL AND coalesce(r.b <= l.t, true) AND coalesce(l.t < r.e, true)"
    sql = f"SELECT l.k, l.t, r.b, r.e FROM l {how} JOIN r ON l.k = r.k AND {inside} AND {is_some}"
    expected = asked(sql, l=("k VARCHAR, t INT", left), r=("k VARCHAR, b INT, e INT", right))
    assert Counter(map(tuple, found)) == expected


@LAW
@given(
    st.lists(ENDS, max_size=25),
    st.lists(ENDS, max_size=25),
    st.sampled_from(["1", "7"]),
    st.sampled_from(sorted(RELATIONS)),
)
def test_intervals(spark: SparkSession, left: list[Any], right: list[Any], width: str, relation: Any) -> None:
    other = frame(spark, "k string, c int, d int", right)
    join = join_range(other=other, on=["k"], at=["b", "e"], other_at=["c", "d"], width=width, relation=relation)
    found = frame(spark, "k string, b int, e int", left).transform(join).collect()
    somewhere = "coalesce(l.b < l.e, true) AND coalesce(r.b < r.e, true)"
    sql = f"SELECT l.k, l.b, l.e, r.b, r.e FROM l JOIN r ON l.k = r.k AND {somewhere} AND {RELATIONS[relation]}"
    expected = asked(sql, l=("k VARCHAR, b INT, e INT", left), r=("k VARCHAR, b INT, e INT", right))
    assert Counter(map(tuple, found)) == expected
