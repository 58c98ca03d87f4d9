from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.windows.ema import ema
from lakesmith.transforms.windows.sessions import sessions
from lakesmith.transforms.windows.sliding import sliding
from lakesmith.transforms.windows.tumbling import tumbling


@pytest.mark.parametrize("kind", ["timestamp", "timestamp_ntz"])
def test_tumbling_windows_begin_before_1970_too(spark: SparkSession, kind: str) -> None:
    texts = ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2026-03-29 02:30:00"]
    df = frame(spark, "at string", [(text,) for text in texts]).selectExpr(f"CAST(at AS {kind}) AS at")
    found = df.transform(tumbling(at="at", every="7h", measures={"n": "count(*)"})).orderBy("window_start")
    assert found.schema["window_start"].dataType.simpleString() == kind
    starts = [row.window_start.replace(tzinfo=None) for row in found.collect()]
    assert starts == [dt.datetime(1969, 12, 31, 17), dt.datetime(1970, 1, 1), dt.datetime(2026, 3, 28, 22)]


def test_tumbling_days_of_groups_and_rows_without_a_time(spark: SparkSession) -> None:
    rows = [("a", dt.date(1969, 12, 31)), ("a", dt.date(1970, 1, 7)), ("a", dt.date(1970, 1, 8)), ("b", None)]
    df = frame(spark, "k string, day date", rows)
    found = df.transform(tumbling(at="day", every="7d", measures={"n": "count(*)"}, by=["k"], end="to"))
    assert sorted((row.k, str(row.window_start), str(row.to), row.n) for row in found.collect()) == [
        ("a", "1969-12-25", "1970-01-01", 1), ("a", "1970-01-01", "1970-01-08", 1), ("a", "1970-01-08", "1970-01-15", 1),
        ("b", "None", "None", 1),
    ]  # fmt: skip
    with pytest.raises(StepError, match=r"LS355 .*every 5h"):
        df.transform(tumbling(at="day", every="5h", measures={"n": "count(*)"}))


@pytest.mark.parametrize(("include", "sums", "counts"), [
    (False, [None, 1, 1, 5, None], [0, 1, 1, 2, 0]),
    (True, [1, 6, 6, 15, 16], [1, 3, 3, 3, 1]),
])  # fmt: skip
def test_sliding_windows_are_half_open(spark: SparkSession, include: bool, sums: list[Any], counts: list[int]) -> None:
    rows = [(1, 0, 1), (2, 5, 2), (3, 5, 3), (4, 10, 10), (5, 30, 16)]
    df = frame(spark, "id int, at int, x int", rows)
    measures = {"total": "sum(x)", "n": "count(*)"}
    found = df.transform(sliding(at="at", last="5", measures=measures, include_current=include)).orderBy("id").collect()
    assert [row.total for row in found] == sums
    assert [row.n for row in found] == counts


def test_a_row_without_a_time_is_in_no_window(spark: SparkSession) -> None:
    df = frame(spark, "k string, at int", [("a", None), ("a", None), ("a", 1)])
    found = df.transform(sliding(at="at", last="5", measures={"n": "count(*)"}, by=["k"])).orderBy("at")
    assert [row.n for row in found.collect()] == [None, None, 0]
    sessioned = df.transform(sessions(at="at", gap="5", by=["k"])).orderBy("at")
    assert [(row.session_start, row.session) for row in sessioned.collect()] == [(None, None), (None, None), (1, 1)]


def test_a_session_ends_after_a_gap(spark: SparkSession) -> None:
    rows = [("a", "1969-12-31 23:50:00"), ("a", "1970-01-01 00:19:59.999999"), ("a", "1970-01-01 00:50:00"),
            ("b", "1970-01-01 00:50:00")]  # fmt: skip
    df = frame(spark, "k string, at string", rows).selectExpr("k", "timestamp(at) AS at")
    found = df.transform(sessions(at="at", gap="30m", by=["k"])).orderBy("k", "at").collect()
    assert [row.session for row in found] == [1, 1, 2, 1]
    assert found[1].session_start == found[0].at


@pytest.mark.parametrize("span", [1, 2, 9, 40])
def test_the_average_is_that_of_the_recursion(spark: SparkSession, span: int) -> None:
    values = [float((number * 37) % 101) if number % 11 else None for number in range(700)]
    values[20] = float("nan")
    rows = [("a", number, value) for number, value in enumerate(values)] + [("b", 0, None), ("b", None, 7.0)]
    df = frame(spark, "k string, at int, x double", rows)
    found = df.transform(ema(column="x", span=span, order_by=["at"], by=["k"])).orderBy("k", "at").collect()
    assert [row.ema for row in found[700:]] == [None, None]
    expected = recursion(values, span)
    assert found[0].ema is expected[0] is None
    assert [row.ema for row in found[1:700]] == pytest.approx(expected[1:], rel=1e-12)


def recursion(values: list[float | None], span: int) -> list[float | None]:
    weight, average, averages = 2 / (span + 1), None, []
    for value in values:
        if value is not None and value == value:
            average = value if average is None else weight * value + (1 - weight) * average
        averages.append(average)
    return averages


def test_bad_windows_have_one_clear_error(spark: SparkSession) -> None:
    df = frame(spark, "k string, at timestamp", [])
    for transform, message in (
        (tumbling(at="at", every="0s", measures={"n": "count(*)"}), "LS355 .*every 0s"),
        (tumbling(at="k", every="1h", measures={"n": "count(*)"}), "LS354 .*k as a time, it is string"),
        (sliding(at="at", last="soon", measures={"n": "count(*)"}), "LS355 .*'soon'"),
        (sliding(at="at", last="1h", measures={"k": "count(*)"}), "LS307 .*k"),
        (sessions(at="at", gap="1h", by=["nope"]), "LS305 .*nope"),
        (ema(column="k", span=3, order_by=["at"]), "LS354 .*k, it is string"),
    ):
        with pytest.raises(StepError, match=message):
            df.transform(transform)
    with pytest.raises(StepError, match=r"LS355 .*span of 0"):
        ema(column="k", span=0, order_by=["at"])


@pytest.mark.parametrize("span", [2, 3, 10, 500])
def test_an_average_is_within_its_values_however_large_they_are(spark: SparkSession, span: int) -> None:
    rows = frame(spark, "at int, x double", [(n, 1e300) for n in range(200)])
    found = rows.transform(ema(column="x", span=span, order_by=["at"])).collect()
    assert [row.ema for row in found] == pytest.approx([1e300] * 200, rel=1e-12)


def test_an_infinity_counts_for_nothing(spark: SparkSession) -> None:
    values = [float("inf"), 1.0, float("-inf"), 3.0, float("nan")]
    rows = frame(spark, "at int, x double", list(enumerate(values)))
    found = rows.transform(ema(column="x", span=1, order_by=["at"])).orderBy("at").collect()
    assert [row.ema for row in found] == [None, 1.0, 1.0, 3.0, 3.0]
    found = rows.transform(ema(column="x", span=3, order_by=["at"])).orderBy("at").collect()
    assert [row.ema for row in found] == [None, 1.0, 1.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("step", "helper"),
    [
        (ema(column="x", span=3, order_by=["at"]), "_carried"),
        (sessions(at="at", gap="5"), "_first_time"),
        (sliding(at="at", last="5", measures={"n": "count(*)"}), "_Position"),
    ],
)
def test_a_column_named_as_one_of_the_step_is_refused(spark: SparkSession, step: Any, helper: str) -> None:
    rows = frame(spark, f"at int, x double, {helper} int", [(1, 1.0, 1)])
    with pytest.raises(StepError, match="LS307"):
        rows.transform(step)
