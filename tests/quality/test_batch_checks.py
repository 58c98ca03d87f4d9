from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.duration import parse_age
from lakesmith.quality.batch_checks import batch_metrics, batch_results, plan_notes, shuffle_metrics
from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.checks.batch.unique import duplicates, keys_are_free
from lakesmith.spec.model import Check, Table, Write
from lakesmith.spec.model.checks import Freshness, RowCount, Unique
from lakesmith.testing import frame

NOON = datetime(2010, 12, 2, 12, tzinfo=timezone.utc)
FRESH = Freshness(id="fresh", column="at", max_age="36h")
KEYED = Write(strategy="upsert", keys=("id", "day"))


def orders(*checks: Check, write: Write | None = None) -> Table:
    return Table(from_="bronze.orders", checks=checks, write=write or Write())


def result(
    check: Check, metrics: dict, columns: dict[str, str] | None = None, write: Write | None = None
) -> CheckResult:
    (one,) = batch_results(BatchScope(orders(check, write=write), columns or {}, NOON), metrics)
    return one


def result_on(df: DataFrame, check: Check) -> CheckResult:
    columns = dict(df.dtypes)
    metrics = df.agg(*batch_metrics(BatchScope(orders(check), columns, NOON))).first().asDict()
    return result(check, metrics, columns)


@pytest.mark.parametrize(("bounds", "rows", "status", "message"), [
    ({"min": 1}, 0, "fail", "0 rows, expected at least 1"),
    ({"min": 1, "max": 5}, 5, "pass", ""),
    ({"max": 5, "on_fail": "warn"}, 6, "warn", "6 rows, expected at most 5"),
])  # fmt: skip
def test_row_count(bounds: dict, rows: int, status: str, message: str) -> None:
    found = result(RowCount(id="n", **bounds), {"rows": rows})
    assert (found.status, found.message) == (status, message)


@pytest.mark.parametrize(("at", "kind", "status"), [
    ("2010-12-01 00:00:00", "timestamp", "pass"),
    ("2010-11-30 23:59:59.999999", "timestamp", "fail"),
    ("2010-12-01 00:00:00", "timestamp_ntz", "pass"),
    ("2010-12-01", "date", "pass"),
    ("2010-11-30", "date", "fail"),
])  # fmt: skip
def test_freshness(spark: SparkSession, at: str, kind: str, status: str) -> None:
    df = spark.sql(
        f"select cast('{at}' as {kind}) as at union all select cast('1969-01-01' as {kind}) union all select null"
    )
    assert result_on(df, FRESH).status == status


@pytest.mark.parametrize(("rows", "status", "message"), [
    ("timestamp'+45352-01-01', timestamp'2010-12-02'", "pass", ""),
    ("timestamp'+45352-01-01', timestamp'2010-11-29 12:00:00'", "fail", "the newest value is 3 days, 0:00:00 old, "
     "expected at most 36h; +45352-01-01 00:00:00 is later than the run and is left out"),
    ("timestamp'9999-12-31'", "fail",
     "no value up to the time of the run; 9999-12-31 00:00:00 is later than the run and is left out"),
    ("timestamp'2010-12-03 12:00:00'", "pass", ""),
    ("date'+10000-01-01'", "fail",
     "no value up to the time of the run; +10000-01-01 00:00:00 is later than the run and is left out"),
    ("date'+5000000-01-01'", "pass", ""),
    ("timestamp'-0044-03-15'", "fail", "the newest value is 750470 days, 12:00:00 old, expected at most 36h"),
])  # fmt: skip
def test_a_value_later_than_the_run_is_not_the_newest(
    spark: SparkSession, rows: str, status: str, message: str
) -> None:
    df = spark.sql(f"select explode(array({rows})) as at")
    found = result_on(df, FRESH)
    assert (found.status, found.message) == (status, message)


@pytest.mark.parametrize(("on_null", "status"), [("skip", "pass"), ("pass", "pass"), ("fail", "fail")])
def test_freshness_of_nothing_is_said_by_on_null(spark: SparkSession, on_null: str, status: str) -> None:
    check = Freshness(id="fresh", column="at", max_age="1d", on_null=on_null)
    assert result(check, {"newest_at_1d": None}, {"at": "timestamp"}).status == status


@pytest.mark.parametrize("columns", [{}, {"at": "string"}])
def test_freshness_without_a_time_is_an_error(spark: SparkSession, columns: dict[str, str]) -> None:
    assert batch_metrics(BatchScope(orders(FRESH), columns, NOON)) == []
    found = result(FRESH, {}, columns)
    assert (found.status, found.message) == ("error", "column 'at' is not a timestamp or a date on this table")


def test_duplicates_count_rows_minus_keys_null_safe(spark: SparkSession) -> None:
    rows = [("a", 1.0), ("a", 1.0), ("a", 2.0), (None, None), (None, None), ("", float("nan")), ("", float("nan"))]
    df = frame(spark, "k string, n double", rows)
    assert df.transform(duplicates(["k", "n"])).first().duplicates == 3
    assert df.limit(0).transform(duplicates(["k"])).first().duplicates == 0
    assert df.toDF("rows", "duplicates").transform(duplicates(["rows", "duplicates"])).first().duplicates == 3


@pytest.mark.parametrize(("columns", "write", "free"), [
    (("id", "day"), KEYED, True), (("DAY", "id"), KEYED, True), (("id", "day", "x"), KEYED, True),
    (("id",), KEYED, False),
    (("id",), Write(), False), (("id",), Write(strategy="aggregate", keys=("id",)), True),
    (("id", "day"), KEYED.model_copy(update={"key_implies": ("month",)}), False),
    (("id", "day"), KEYED.model_copy(update={"key_implies": ("day",)}), True),
])  # fmt: skip
def test_keys_are_free(columns: tuple[str, ...], write: Write, free: bool) -> None:
    table = orders(Unique(id="one", columns=columns), write=write)
    assert keys_are_free(table, columns) is free
    assert len(plan_notes(table)) == (0 if free else 1)
    assert len(shuffle_metrics(BatchScope(table))) == (0 if free else 1)


@pytest.mark.parametrize(("metrics", "status", "failed"), [
    ({"duplicates_id": 0}, "pass", 0), ({"duplicates_id": 2}, "fail", 2), ({}, "error", 0),
])  # fmt: skip
def test_unique(metrics: dict, status: str, failed: int) -> None:
    found = result(Unique(id="one", columns=("id",)), metrics)
    assert (found.status, found.failed) == (status, failed)


def test_unique_on_the_keys_passes_unread() -> None:
    check = Unique(id="one", columns=("id", "day"))
    assert result(check, {}, write=KEYED).status == "pass"


def test_unique_on_a_missing_column_is_an_error_that_reads_nothing() -> None:
    check = Unique(id="one", columns=("id", "day"))
    assert result(check, {}, {"ID": "int"}).message == "column 'day' is not there"
    assert shuffle_metrics(BatchScope(orders(check), {"ID": "int"})) == {}


def test_a_metric_of_two_checks_is_measured_once(spark: SparkSession) -> None:
    checks = [Freshness(id="a", column="at", max_age="1d"), Freshness(id="b", column="at", max_age="1d")]
    checks += [Unique(id="c", columns=("at",)), Unique(id="d", columns=("at",))]
    scope = BatchScope(orders(*checks), {"at": "date"}, NOON)
    assert spark.sql("select current_date() as at").agg(*batch_metrics(scope)).columns == [
        "newest_at_1d",
        "ahead_at_1d",
    ]
    assert list(shuffle_metrics(scope)) == ["duplicates_at"]


@pytest.mark.parametrize(
    ("text", "age"), [("90m", timedelta(minutes=90)), ("2d", timedelta(days=2)), ("30s", timedelta(seconds=30))]
)
def test_ages(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "36", "1.5h", "-1h", "1w", "h"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="such as 36h"):
        parse_age(text)
