"""The row of a key that a batch keeps, and what is found out of the others."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F

from lakesmith.testing import frame
from lakesmith.transforms.keys.key_promise import BROKEN_PROMISE
from lakesmith.transforms.keys.one_row import one_row

DDL = "id int, a string, b string, _deleted boolean, _seq struct<at:int,n:int>"
ORDER = ["_seq", "_deleted", "a", "b"]


def row(a: str | None, b: str | None, at: int | None, n: int | None = 0, deleted: bool = False) -> tuple[Any, ...]:
    return (1, a, b, deleted, (at, n))


def kept_and_tied(spark: SparkSession, rows: list[tuple[Any, ...]], keeps_first: bool = False) -> tuple[Any, int]:
    """Return what the kept row has, and how many rows lost against one of their sequence."""
    seen = Observation()
    count = F.count_if("_tied").alias("tied")
    one = one_row(["id"], ORDER, keeps_first=keeps_first, look=lambda df: df.observe(seen, count))
    (kept,) = frame(spark, DDL, rows).transform(one).collect()
    return kept.a, seen.get["tied"]


@pytest.mark.parametrize(
    ("rows", "kept", "tied"),
    [
        ([row("x", "y", 2), row("x", "y", 2), row("z", "y", 1)], "x", 0),
        ([row("x", "y", 2), row("x", "y", 2), row("w", "y", 2)], "x", 1),
        ([row("x", None, 2), row(None, "x", 2)], "x", 1),
        ([row("x", "y", 2), row("x", "y", 2, deleted=True)], "x", 1),
        ([row("x", "y", 2), row("z", "y", 1), row("w", "y", 1)], "x", 0),
        ([row("x", "y", None), row("z", "y", 1)], "z", 0),
    ],
)
def test_the_newest_row_and_whether_another_one_is_as_new(
    spark: SparkSession, rows: list[tuple[Any, ...]], kept: str, tied: int
) -> None:
    for order in (rows, rows[::-1]):
        assert kept_and_tied(spark, order) == (kept, tied)


@pytest.mark.parametrize(
    ("rows", "kept", "tied"),
    [
        ([row("x", "y", 2), row("z", "y", 1)], "z", 0),
        ([row("x", "y", 1, 2), row("z", "y", 1, 1)], "z", 0),
        ([row("x", "y", 1), row("z", "y", 1), row("a", "y", 2)], "z", 1),
        ([row("x", "y", 1), row("z", "y", None)], "x", 0),
        ([row("x", "y", 1, None), row("z", "y", 1, 5)], "z", 0),
    ],
)
def test_the_first_row_and_whether_another_one_is_as_old(
    spark: SparkSession, rows: list[tuple[Any, ...]], kept: str, tied: int
) -> None:
    for order in (rows, rows[::-1]):
        assert kept_and_tied(spark, order, keeps_first=True) == (kept, tied)


def test_rows_of_a_key_that_imply_two_values_are_an_error(spark: SparkSession) -> None:
    df = frame(spark, DDL, [row("x", "y", 2), row("x", None, 1), row(None, "z", 3)])
    assert df.transform(one_row(["id"], ORDER, implied=["a"])).count() == 1
    with pytest.raises(Exception, match=BROKEN_PROMISE):
        df.transform(one_row(["id"], ORDER, implied=["a", "b"])).collect()
