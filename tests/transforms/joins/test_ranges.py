from __future__ import annotations

from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.range import join_range

POINTS = [(1, "a", -1), (2, "a", 0), (3, "a", 9), (4, "a", 10), (4, "a", 10), (5, "a", None), (6, None, 5), (7, "b", 5)]
SHIFTS = [
    ("a", "x", 0, 10), ("a", "y", -5, 1), ("a", "empty", 9, 9), ("a", "reversed", 10, 0), ("a", "since", 10, None),
    ("a", "until", None, 0), ("a", "ages", -10**9, 5), (None, "none", 0, 10),
]  # fmt: skip
PAIRS = [(1, "ages"), (1, "until"), (1, "y"), (2, "ages"), (2, "x"), (2, "y"), (3, "x"), (4, "since"), (4, "since")]


def points(spark: SparkSession) -> DataFrame:
    return frame(spark, "id int, k string, at int", POINTS)


def shifts(spark: SparkSession, rows: list[tuple[Any, ...]] = SHIFTS) -> DataFrame:
    return frame(spark, "k string, who string, since int, until int", rows)


def joined(spark: SparkSession, **options: Any) -> list[tuple[Any, ...]]:
    join = join_range(
        other=shifts(spark),
        on=["k"],
        at="at",
        other_at=["since", "until"],
        columns=["who"],
        **{"width": "8", **options},
    )
    return [(row.id, row.who) for row in points(spark).transform(join).orderBy("id", "who").collect()]


@pytest.mark.parametrize("width", ["1", "8", "1000", "99999999999"])
def test_points_lie_in_half_open_intervals_whatever_the_width(spark: SparkSession, width: str) -> None:
    assert joined(spark, width=width) == PAIRS


def test_left_keeps_each_row(spark: SparkSession) -> None:
    assert joined(spark, how="left") == [*PAIRS, (5, None), (6, None), (7, None)]


def test_anti_keeps_rows_without_a_match_and_those_that_pass(spark: SparkSession) -> None:
    anti = join_range(other=shifts(spark), on=["k"], at="at", other_at=["since", "until"], width="8", how="anti")
    kept = points(spark).transform(anti)
    expected = frame(spark, "id int, k string, at int", POINTS[-3:])
    assert_df_equality(kept, expected, ignore_row_order=True)
    passing = points(spark).selectExpr("*", "id = 2 AS _passes").transform(anti)
    assert sorted(row.id for row in passing.collect()) == [2, 5, 6, 7]


def test_inner_gives_back_rows_that_pass(spark: SparkSession) -> None:
    join = join_range(other=shifts(spark), on=["k"], at="at", other_at=["since", "until"], columns=["who"], width="8")
    passing = points(spark).selectExpr("*", "id IN (1, 5) AS _passes").transform(join)
    assert sorted((row.id, row.who or "") for row in passing.collect()) == sorted([*PAIRS, (5, "")])


@pytest.mark.parametrize(("relation", "expected"), [
    ("overlaps", {("in", 1), ("out", 1), ("left", 1), ("same", 1), ("open", 1), ("open", 2)}),
    ("contains", {("in", 1), ("same", 1)}),
    ("within", {("out", 1), ("same", 1), ("open", 1), ("open", 2)}),
])  # fmt: skip
@pytest.mark.parametrize("width", ["2", "500"])
def test_relations_of_intervals(spark: SparkSession, relation: Any, expected: set[Any], width: str) -> None:
    rows = [("in", 12, 18), ("out", 0, 900), ("left", 5, 11), ("same", 10, 20), ("before", 0, 10), ("after", 20, 30),
            ("open", None, None), ("empty", 12, 12)]  # fmt: skip
    other = frame(spark, "who string, b int, e int", rows)
    here = frame(spark, "id int, since int, until int", [(1, 10, 20), (2, 10**8, None), (3, 15, 15)])
    join = join_range(other=other, at=["since", "until"], other_at=["b", "e"], width=width, relation=relation)
    found = [(row.who, row.id) for row in here.transform(join.apply).collect()]
    assert sorted(found) == sorted(expected)


def test_intervals_are_joined_with_points(spark: SparkSession) -> None:
    here = shifts(spark).withColumnRenamed("k", "k").drop("id")
    join = join_range(other=points(spark), on=["k"], at=["since", "until"], other_at="at", columns=["id"], width="8")
    assert sorted((row.id, row.who) for row in here.transform(join).collect()) == PAIRS


@pytest.mark.parametrize("kind", ["timestamp", "timestamp_ntz", "date"])
def test_times_before_1970_and_around_the_change_of_clocks(spark: SparkSession, kind: str) -> None:
    texts = frame(spark, "b string, e string, n int", [
        ("1969-12-31 12:00:00", "1970-01-01 00:00:00", 1), ("2026-03-29 01:00:00", "2026-03-29 03:00:00", 2),
    ])  # fmt: skip
    other = texts.selectExpr(f"CAST(b AS {kind}) b", f"CAST(e AS {kind}) e", "n")
    asked = ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2026-03-29 02:30:00", "2026-03-29 03:00:00"]
    here = frame(spark, "at string", [(at,) for at in asked]).selectExpr(f"CAST(at AS {kind}) AS at")
    join = join_range(other=other, at="at", other_at=["b", "e"], width="2h", how="left")
    found = [row.n for row in here.transform(join).orderBy("at").collect()]
    # Two times of one date are an empty interval.
    assert found == ([1, None, None, None] if kind == "date" else [1, None, 2, None])


@pytest.mark.parametrize(("options", "message"), [
    ({"at": "at", "other_at": "since"}, "LS355 .*both points"),
    ({"other_at": ["since"]}, "LS355 .*other_at names 1 columns"),
    ({"width": "0"}, "LS355 .*width is 0"),
    ({"width": "-1"}, "LS355 .*'-1' is no span"),
    ({"width": "1d"}, "LS355 .*no distance of whole numbers"),
    ({"relation": "within"}, "LS355 .*within compares two intervals"),
    ({"at": "nope"}, "LS305 .*nope"),
    ({"at": "k"}, "LS354 .*k as a time, it is string"),
    ({"columns": {"id": "who"}}, "LS307 .*id"),
])  # fmt: skip
def test_bad_options_have_one_clear_error(spark: SparkSession, options: dict[str, Any], message: str) -> None:
    given = {"at": "at", "other_at": ["since", "until"], "on": ["k"], "width": "8", "columns": ["who"], **options}
    with pytest.raises(StepError, match=message):
        points(spark).transform(join_range(other=shifts(spark), **given))


def test_empty_sides(spark: SparkSession) -> None:
    join = join_range(other=shifts(spark, []), on=["k"], at="at", other_at=["since", "until"], width="8", how="left")
    assert points(spark).transform(join).count() == len(POINTS)
    other = join_range(other=shifts(spark), on=["k"], at="at", other_at=["since", "until"], width="8", how="left")
    assert points(spark).limit(0).transform(other).count() == 0
