from __future__ import annotations

from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins import as_of
from lakesmith.transforms.joins.as_of import AsOf, join_as_of, join_as_of_many

HERE = "id int, k string, at int"
THERE = "k string, at int, v string, w int"
KNOWN = [("a", 2, "two", 2), ("a", 5, None, 5), ("a", 9, "nine", 9), (None, 1, "x", 0), ("a", None, "y", 0)]


def here(spark: SparkSession, rows: list[tuple[Any, ...]]) -> DataFrame:
    return frame(spark, HERE, rows)


def there(spark: SparkSession, rows: list[tuple[Any, ...]] = KNOWN) -> DataFrame:
    return frame(spark, THERE, rows)


def at_times(spark: SparkSession, times: list[int | None], other: DataFrame, **options: Any) -> list[Any]:
    """Return the `w` of the row that each time gets."""
    asked = here(spark, [(number, "a", at) for number, at in enumerate(times)])
    joined = asked.transform(join_as_of(other=other, on=["k"], at="at", **options))
    return [row.w for row in joined.orderBy("id").collect()]


@pytest.fixture(params=["union", "union in parts"])
def hot(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Give the estimates with which a join takes each of its plans."""
    if request.param == "union":
        return {}
    monkeypatch.setattr(as_of, "ROWS_OF_A_PART", 1)
    # Parts of three positions.
    return {"hot_key_rows": 10, "hot_key_span": "30"}


@pytest.mark.parametrize(("options", "expected"), [
    ({}, [None, None, 2, 2, 5, 5, 9]),
    ({"allow_exact": True}, [None, 2, 2, 5, 5, 9, 9]),
    ({"direction": "forward"}, [2, 5, 5, 9, 9, None, None]),
    ({"direction": "forward", "allow_exact": True}, [2, 2, 5, 5, 9, 9, None]),
    # Of two rows at one distance it is the earlier one.
    ({"direction": "nearest"}, [2, 5, 2, 2, 5, 5, 9]),
    ({"direction": "nearest", "allow_exact": True}, [2, 2, 2, 5, 5, 9, 9]),
    ({"max_staleness": "2"}, [None, None, 2, None, 5, None, 9]),
    ({"max_staleness": "0", "allow_exact": True}, [None, 2, None, 5, None, 9, None]),
    ({"direction": "nearest", "max_staleness": "1"}, [2, None, 2, None, None, None, 9]),
])  # fmt: skip
def test_directions_strictness_and_staleness(spark: SparkSession, hot: dict[str, Any], options, expected) -> None:
    times: list[int | None] = [1, 2, 3, 5, 7, 9, 10]
    assert at_times(spark, times, there(spark), **options, **hot) == expected


def test_columns_of_different_rows_are_never_mixed(spark: SparkSession, hot: dict[str, Any]) -> None:
    joined = here(spark, [(1, "a", 6)]).transform(join_as_of(other=there(spark), on=["k"], at="at", **hot))
    assert joined.select("v", "w").collect() == [(None, 5)]


@pytest.mark.parametrize("direction", ["backward", "forward", "nearest"])
def test_each_row_stays_once(spark: SparkSession, hot: dict[str, Any], direction: Any) -> None:
    rows = [(1, "a", 6), (1, "a", 6), (2, None, 6), (2, None, 6), (3, "a", None), (4, None, None), (5, "z", 6)]
    join = join_as_of(other=there(spark), on=["k"], at="at", columns=["w"], direction=direction, **hot)
    expected = [(*row, {"backward": 5, "forward": 9, "nearest": 5}[direction] if row[0] == 1 else None) for row in rows]
    joined = here(spark, rows).transform(join)
    assert_df_equality(joined, frame(spark, f"{HERE}, w int", expected), ignore_row_order=True, ignore_nullable=True)


@pytest.mark.parametrize("direction", ["backward", "forward", "nearest"])
def test_two_different_rows_of_one_time_are_an_error(spark: SparkSession, hot: dict[str, Any], direction: Any) -> None:
    for second in (("a", 2, "two", 3), ("a", 2, None, 2)):
        tied = there(spark, [("a", 2, "two", 2), ("a", 4, "x", 4), second])
        with pytest.raises(Exception, match=r"LS351 .*\"k\":\"a\""):
            at_times(spark, [1, 3], tied, direction=direction, **hot)


def test_equal_rows_are_no_tie_and_what_is_not_taken_does_not_count(spark: SparkSession) -> None:
    tied = there(spark, [("a", 2, "two", 2), ("a", 2, "two", 2), ("a", 2, "three", 2)])
    assert at_times(spark, [3], tied, columns=["w"]) == [2]


@pytest.mark.parametrize("direction", ["backward", "forward", "nearest"])
def test_ties_go_by_declared_columns_or_by_the_greatest(spark: SparkSession, hot: dict[str, Any], direction) -> None:
    tied = there(spark, [("a", 2, "b", 1), ("a", 2, None, 9), ("a", 2, "a", 7), ("a", 2, "b", 1)])
    options = {"direction": direction, "allow_exact": True, **hot}
    assert at_times(spark, [2], tied, tie_breakers=["w"], **options) == [9]
    assert at_times(spark, [2], tied, on_tie="greatest", **options) == [1]
    with pytest.raises(Exception, match="LS351"):
        at_times(spark, [2], there(spark, [("a", 2, "b", 1), ("a", 2, "c", 1)]), tie_breakers=["w"], **options)


def test_a_row_counts_from_when_it_was_known(spark: SparkSession, hot: dict[str, Any]) -> None:
    rows = [("a", 1, "", 1), ("a", 4, "", 12), ("a", 6, "", 7), ("a", 5, None, None), ("a", 8, "", 3)]
    other = there(spark, rows).selectExpr("k", "at AS event", "w AS known", "event AS w")
    join = {"other_at": "event", "available_at": "known", "columns": ["w"]}
    times: list[int | None] = [1, 2, 6, 7, 8, 9, 12, 13]
    assert at_times(spark, times, other, **join, **hot) == [None, 1, 1, 6, 6, 8, 8, 8]
    exact = at_times(spark, times, other, **join, allow_exact=True, **hot)
    assert exact == [1, 1, 1, 6, 8, 8, 8, 8]


def test_of_rows_of_one_time_the_one_known_later_is_newer(spark: SparkSession, hot: dict[str, Any]) -> None:
    other = there(spark, [("a", 2, "first", 3), ("a", 2, "corrected", 6)]).withColumnRenamed("w", "known")
    asked = here(spark, [(1, "a", 4), (2, "a", 6), (3, "a", 9)])
    joined = asked.transform(join_as_of(other=other, on=["k"], at="at", available_at="known", **hot))
    assert [row.v for row in joined.orderBy("id").collect()] == ["first", "corrected", "corrected"]


@pytest.mark.parametrize("kind", ["timestamp", "timestamp_ntz"])
def test_spans_are_of_micros_before_1970_and_around_the_change_of_clocks(spark: SparkSession, kind: str) -> None:
    times = ["1969-12-31 23:59:59.999999", "2026-03-29 00:30:00"]
    texts = frame(spark, "k string, at string, w int", [("a", at, n) for n, at in enumerate(times)])
    other = texts.selectExpr("k", f"CAST(at AS {kind}) AS at", "w")
    asked = ["1970-01-01 23:59:59.999999", "1970-01-02 00:00:00", "2026-03-30 00:30:00", "2026-03-30 00:30:00.000001"]
    rows = frame(spark, "k string, at string", [("a", at) for at in asked])
    here = rows.selectExpr("k", f"CAST(at AS {kind}) AS at")
    joined = here.transform(join_as_of(other=other, on=["k"], at="at", max_staleness="24h")).orderBy("at")
    assert [row.w for row in joined.collect()] == [0, None, 1, None]


def test_several_tables_keep_their_own_rules(spark: SparkSession, hot: dict[str, Any]) -> None:
    staff = frame(spark, "k string, since int, people int", [("a", 3, 30), ("a", 5, 50)])
    next_day = frame(spark, "k string, at int, weather string", [("a", 5, "sun"), ("a", 6, "rain")])
    tables = [
        AsOf(there(spark), columns={"price": "w"}),
        AsOf(staff, at="since", allow_exact=True, max_staleness="1"),
        AsOf(next_day, direction="forward"),
    ]
    asked = here(spark, [(1, "a", 5), (2, "a", 7)])
    joined = asked.transform(join_as_of_many(others=tables, on=["k"], at="at", **hot)).orderBy("id")
    assert joined.select("price", "people", "weather").collect() == [(2, 50, "rain"), (5, None, None)]


def test_without_a_key_all_rows_are_one_series(spark: SparkSession) -> None:
    join = join_as_of(other=there(spark).drop("k").filter("v IS NOT NULL"), on=[], at="at", columns=["w"])
    assert here(spark, [(1, "a", 4), (2, None, 4)]).transform(join).select("w").collect() == [(2,), (2,)]


def test_empty_sides_odd_names_and_nan_keys(spark: SparkSession) -> None:
    assert at_times(spark, [1], there(spark, [])) == [None]
    assert at_times(spark, [], there(spark)) == []
    nan = float("nan")
    odd = frame(spark, "`k.k` double, `at at` int, `_row_0` int", [(nan, 3, 7), (None, 3, 8)])
    other = frame(spark, "`k.k` double, `at at` int, `_left` int", [(nan, 2, 1)])
    joined = odd.transform(join_as_of(other=other, on=["k.k"], at="at at", columns=["_left"])).orderBy("_row_0")
    assert [(row["_row_0"], row["_left"]) for row in joined.collect()] == [(7, 1), (8, None)]


@pytest.mark.parametrize(("options", "message"), [
    ({"max_staleness": "-5m"}, "LS355 .*'-5m' is no span"),
    ({"max_staleness": "0s"}, "LS355 .*without allow_exact matches no row"),
    ({"direction": "forward", "available_at": "w"}, "LS355 .*no direction forward"),
    ({"hot_key_span": "5"}, "LS355 .*give both"),
    ({"max_staleness": "5m"}, "LS355 .*no distance of whole numbers"),
    ({"other_at": "v"}, "LS354 .*v of the other side as a time, it is string"),
    ({"tie_breakers": ["nope"]}, "LS305 .*nope"),
    ({"columns": {"id": "w"}}, "LS307 .*id"),
])  # fmt: skip
def test_bad_options_have_one_clear_error(spark: SparkSession, options: dict[str, Any], message: str) -> None:
    with pytest.raises(StepError, match=message):
        at_times(spark, [1], there(spark), **options)


def test_other_types_of_a_key_and_shared_names_are_refused(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS325 .*'k' is string and int"):
        at_times(spark, [1], frame(spark, "k int, at int, w int", []))
    tables = [AsOf(there(spark)), AsOf(there(spark).drop("v"))]
    with pytest.raises(StepError, match=r"LS307 .*two tables give columns of one name: w"):
        here(spark, []).transform(join_as_of_many(others=tables, on=["k"], at="at"))


def test_the_choice_says_why(spark: SparkSession) -> None:
    def choice(**options: Any) -> str:
        return str(join_as_of(other=there(spark), on=["k"], at="at", **options).choice)

    assert choice() == "join_as_of: union, no key is known to be frequent"
    assert choice(hot_key_rows=5) == (
        "join_as_of: union, no key has more than 2,000,000 rows (rows of the most frequent key 5.0)"
    )
    assert "hot_key_span is not given" in choice(hot_key_rows=10**7)
    assert choice(hot_key_rows=10**7, hot_key_span="365").startswith("join_as_of: union in parts, a key is cut")


def test_maps_can_be_taken(spark: SparkSession) -> None:
    other = spark.sql("SELECT 'a' AS k, 1 AS at, map('x', 1) AS w UNION ALL SELECT 'a', 1, map('x', 1)")
    assert at_times(spark, [2], other) == [{"x": 1}]


def test_a_row_gets_the_same_in_any_batch(spark: SparkSession) -> None:
    rows = [(1, "a", 6), (2, "a", 6), (3, "z", 6), (4, "a", 3), (5, "a", 10)]
    join = join_as_of(other=there(spark), on=["k"], at="at", columns=["w"])
    whole = sorted(here(spark, rows).transform(join).collect(), key=lambda row: row.id)
    batches = [here(spark, part).transform(join).collect() for part in (rows[:2], rows[2:])]
    assert sorted([*batches[0], *batches[1]], key=lambda row: row.id) == whole
