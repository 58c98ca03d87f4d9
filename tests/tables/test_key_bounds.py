from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.tables.pruning import key_bounds as prune
from lakesmith.tables.pruning.key_bounds import Touched, find_touched, touched_in
from lakesmith.tables.pruning.ranges import ranges
from lakesmith.testing import frame

DATES = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
TIMES = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1), timezones=st.just(dt.timezone.utc))
KINDS = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(),
    "decimal(38,4)": st.decimals(-(10**30), 10**30, places=4, allow_nan=False),
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    "date": DATES,
    "timestamp": TIMES,
    "boolean": st.booleans(),
    "binary": st.binary(max_size=20),
}


_SOME = {
    "date": "'2026-01-01'), ('2026-02-01'",
    "timestamp": "'2026-01-01 00:00:00.123456'), ('2026-02-01'",
    "boolean": "true), (false",
}


def pruned(df: DataFrame, touched: Touched) -> int:
    return df.filter(touched.predicate()).count()


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Draw rows of one column of each kind."""
    size = draw(st.integers(1, 40))
    columns = [draw(st.lists(st.none() | values, min_size=size, max_size=size)) for values in KINDS.values()]
    return list(zip(*columns, strict=True))


def test_every_touched_value_meets_the_predicate(spark: SparkSession) -> None:
    names = [f"c{number}" for number in range(len(KINDS))]
    ddl = ", ".join(f"{name} {kind}" for name, kind in zip(names, KINDS, strict=True))

    @given(rows(), st.integers(1, 4))
    @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def law(drawn: list[tuple[Any, ...]], most: int) -> None:
        df = frame(spark, ddl, drawn)
        touched = find_touched(df, names)
        bounds = [Touched(touched.only([name]).values, most).sql() for name in names]
        missed = df.agg(*[F.expr(f"count_if(({bound}) IS NOT TRUE)") for bound in bounds]).collect()[0]
        assert dict(zip(KINDS, missed, strict=True)) == dict.fromkeys(KINDS, 0)

    law()


@pytest.mark.parametrize("kind", ["tinyint", "smallint", "int", "bigint", "string", "date", "timestamp", "boolean"])
@pytest.mark.classic("the analyzed plan is shown in the JVM")
def test_literals_have_the_type_of_their_column(spark: SparkSession, kind: str) -> None:
    df = spark.sql(f"SELECT CAST(v AS {kind}) AS v FROM VALUES ({_SOME.get(kind, '1), (2')}) AS t(v)")
    filtered = spark.createDataFrame([], df.schema).filter(find_touched(df, ["v"]).sql())
    assert "cast(" not in str(filtered._jdf.queryExecution().analyzed().toString()).partition("LogicalRDD")[0]  # type: ignore[operator]


@given(st.lists(st.integers(), unique=True).map(sorted), st.integers(1, 5))
def test_ranges_cover_all_values_without_touching(values: list[int], most: int) -> None:
    found = ranges(values, most)
    assert len(found) == min(most, len(values))
    assert [v for low, high in found for v in values if low <= v <= high] == values


@pytest.mark.parametrize(
    ("values", "most", "found"),
    [
        ([], 3, []),
        ([1], 3, [(1, 1)]),
        ([1, 2, 3, 90, 91], 2, [(1, 3), (90, 91)]),
        ([1, 2, 90], 1, [(1, 90)]),
        (["a", "b", "x"], 2, [("a", "b"), ("x", "x")]),
        ([dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2026, 3, 1)], 2,
         [(dt.date(2026, 1, 1), dt.date(2026, 1, 2)), (dt.date(2026, 3, 1), dt.date(2026, 3, 1))]),
        ([Decimal("0.1"), Decimal("0.2"), Decimal(9)], 2, [(Decimal("0.1"), Decimal("0.2")), (Decimal(9), Decimal(9))]),
    ],
)  # fmt: skip
def test_ranges_split_at_the_widest_gaps(values: Sequence[Any], most: int, found: list[tuple[Any, Any]]) -> None:
    assert ranges(values, most) == found


def test_values_outside_the_ranges_are_pruned(spark: SparkSession) -> None:
    touched = find_touched(frame(spark, "v int", [(1,), (2,), (50,)]), ["v"])
    df = frame(spark, "v int", [(0,), (1,), (2,), (3,), (50,), (None,)])
    assert sorted(row.v for row in df.filter(touched.predicate()).collect()) == [1, 2, 50]


def test_null_and_nan_are_touched_only_when_they_came(spark: SparkSession) -> None:
    df = frame(spark, "v double", [(None,), (float("nan"),), (1.0,)])
    assert pruned(df, find_touched(frame(spark, "v double", [(1.0,)]), ["v"])) == 1
    assert pruned(df, find_touched(frame(spark, "v double", [(None,)]), ["v"])) == 1
    assert pruned(df, find_touched(frame(spark, "v double", [(float("nan"),)]), ["v"])) == 1


def test_nothing_touched_prunes_everything(spark: SparkSession) -> None:
    df = frame(spark, "v int", [(1,), (None,)])
    assert pruned(df, find_touched(df.limit(0), ["v"])) == 0


def test_all_columns_prune_together(spark: SparkSession) -> None:
    touched = find_touched(frame(spark, "a int, b int", [(1, 1), (1, 2)]), ["a", "b"])
    df = frame(spark, "a int, b int", [(1, 1), (1, 2), (1, 9), (9, 1)])
    assert pruned(df, touched) == 2


def test_the_predicate_names_its_side(spark: SparkSession) -> None:
    touched = find_touched(frame(spark, "v int", [(1,)]), ["v"])
    target, source = frame(spark, "v int", [(1,), (2,)]), frame(spark, "v int", [(2,)])
    joined = target.alias("t").crossJoin(source.alias("s"))
    assert [row.v for row in joined.filter(touched.predicate("t")).select("t.v").collect()] == [1]


@pytest.mark.parametrize(
    ("kind", "values"),
    [("int", [1, 5, 9, 70, None]), ("double", [1.0, 5.0, float("nan"), 7.0, None]), ("string", ["a", "b", "c", "d"])],
)
def test_very_many_values_are_bounded_by_the_extremes(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, kind: str, values: list[Any]
) -> None:
    monkeypatch.setattr(prune, "MAX_VALUES", 2)
    df = frame(spark, f"v {kind}", [(value,) for value in values])
    assert pruned(df, find_touched(df, ["v"])) == len(values)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("bigint", 10**12, 5 * 10**12),
        ("double", -1e9, 1e9),
        ("decimal(20,4)", Decimal(1), Decimal(10**9)),
        ("date", dt.date(1999, 1, 1), dt.date(2026, 1, 1)),
        ("timestamp", dt.datetime(1999, 1, 1, tzinfo=dt.timezone.utc), dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)),
    ],
)
def test_a_gap_between_very_many_values_is_pruned(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, kind: str, low: Any, high: Any
) -> None:
    monkeypatch.setattr(prune, "MAX_VALUES", 2)
    middle = low + (high - low) // 2
    df = frame(spark, f"v {kind}, w int", [(low, 1), (low, 2), (high, 1), (None, 1), (high, 900)])
    touched = find_touched(df, ["v", "w"])
    others = frame(spark, f"v {kind}, w int", [(middle, 1), (low, 450), (low, 1), (None, 2)])
    assert (pruned(df, touched), pruned(others, touched)) == (5, 2)


@pytest.mark.parametrize(("kind", "text"), [("date", "+12026-01-01"), ("timestamp", "+12026-01-01 00:00:00")])
def test_a_date_that_python_does_not_know_is_touched_too(spark: SparkSession, kind: str, text: str) -> None:
    df = spark.sql(f"SELECT CAST(v AS {kind}) v FROM VALUES ('{text}'), ('2026-01-01 00:00:00') AS t(v)")
    assert pruned(df, find_touched(df, ["v"])) == 2


def test_an_instant_that_the_local_clock_shows_twice_is_touched(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    try:
        df = spark.sql("SELECT timestamp'2026-10-25 00:30:00' v UNION ALL SELECT timestamp'2026-10-25 01:30:00'")
        assert [pruned(one, find_touched(one, ["v"])) for one in (df.limit(1), df)] == [1, 2]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_clock_without_a_zone_does_not_follow_that_of_the_session(spark: SparkSession) -> None:
    zone = spark.conf.get("spark.sql.session.timeZone") or "UTC"
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        df = spark.sql("SELECT TIMESTAMP_NTZ'2026-03-08 02:30:00.5' AS v")  # an hour that New York leaves out
        for touched in (find_touched(df, ["v"]), touched_in(df.toArrow(), {"v": "timestamp_ntz"})):
            assert touched.sql() == "(`v` = TIMESTAMP_NTZ'2026-03-08 02:30:00.500000')"
            assert pruned(df, touched) == 1
    finally:
        spark.conf.set("spark.sql.session.timeZone", zone)
