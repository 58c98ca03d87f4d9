from __future__ import annotations

from datetime import date

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.dates import date_parts

PARTS = {
    "d": "date", "m": "month", "y": "year", "q": "quarter", "w": "iso_week", "dow": "day_of_week", "h": "hour",
}  # fmt: skip
DDL = "d date, m date, y int, q int, w int, dow int, h int"


def test_parts_before_1970_around_new_year_and_of_null(spark: SparkSession) -> None:
    df = frame(
        spark, "text string", [("1969-12-31 23:59:59.999999",), ("2010-12-01 08:26:00",), ("2021-01-03",), (None,)]
    )
    parts = df.selectExpr("timestamp(text) as at").transform(date_parts(column="at", parts=PARTS)).drop("at")
    expected = [
        (date(1969, 12, 31), date(1969, 12, 1), 1969, 4, 1, 3, 23),
        (date(2010, 12, 1), date(2010, 12, 1), 2010, 4, 48, 3, 8),
        (date(2021, 1, 3), date(2021, 1, 1), 2021, 1, 53, 7, 0),
        (None,) * 7,
    ]
    assert_df_equality(parts, frame(spark, DDL, expected), ignore_nullable=True)


@pytest.mark.parametrize("kind", ["date", "timestamp_ntz"])
def test_dates_and_wall_clocks(spark: SparkSession, kind: str) -> None:
    df = spark.sql(f"select cast('2010-12-01 00:00:00' as {kind}) as at")
    row = df.transform(date_parts(column="AT", parts={"d": "date", "h": "hour"})).first()
    assert (row.d, row.h) == (date(2010, 12, 1), 0)


@pytest.mark.classic("it opens a classic session beside the one of the tests")
def test_utc_whatever_the_session_says(spark: SparkSession) -> None:
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "America/New_York")
    df = session.sql("select timestamp'2010-12-01 00:30:00Z' as at")
    row = df.transform(date_parts(column="at", parts={"d": "date", "h": "hour"})).first()
    assert (row.d, row.h) == (date(2010, 12, 1), 0)


@pytest.mark.parametrize("kind", ["string", "int"])
def test_parts_of_no_time_are_refused(spark: SparkSession, kind: str) -> None:
    with pytest.raises(StepError, match=f"LS354 step 'date_parts' needs a time, and 'at' is {kind}"):
        frame(spark, f"at {kind}", []).transform(date_parts(column="at", parts={"d": "date"}))
