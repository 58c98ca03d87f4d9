from __future__ import annotations

from itertools import permutations

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.keys.dedupe import dedupe, latest_by


def test_greatest_order_wins_and_null_loses(spark: SparkSession) -> None:
    df = frame(spark, "k int, at int, v string", [(1, 1, "old"), (1, 2, "new"), (1, None, "null"), (2, None, "only")])
    kept = df.transform(dedupe(keys=["k"], order_by=["at"])).orderBy("k")
    assert_df_equality(kept, frame(spark, "k int, at int, v string", [(1, 2, "new"), (2, None, "only")]))


def test_null_and_nan_keys_are_one_key_each(spark: SparkSession) -> None:
    nan = float("nan")
    df = frame(spark, "k double, v int", [(None, 1), (None, 2), (nan, 3), (nan, 4), (0.0, 5), (-0.0, 6)])
    kept = df.transform(dedupe(keys=["k"], order_by=["v"])).select("v").orderBy("v")
    assert_df_equality(kept, frame(spark, "v int", [(2,), (4,), (6,)]))


def test_ties_do_not_show_the_order_of_arrival(spark: SparkSession) -> None:
    rows = [(1, 5, "a", 1), (1, 5, "b", None), (1, 5, "b", 0)]
    kept = {
        tuple(frame(spark, "k int, at int, v string, n int", order).transform(latest_by(["k"], ["at"])).first())
        for order in permutations(rows)
    }
    assert kept == {(1, 5, "b", 0)}


def test_technical_and_ignored_columns_break_no_tie(spark: SparkSession) -> None:
    ddl = "k int, a int, b int, _file string, _seq int"
    df = frame(spark, ddl, [(1, 1, 9, "z", 1), (1, 2, 1, "a", 1)])
    assert df.transform(latest_by(["k"], ignore=["b"])).first().a == 2
    df = frame(spark, ddl, [(1, 1, 9, "z", 2), (1, 2, 1, "a", 1)])
    assert df.transform(latest_by(["k"], ["_seq"])).first().a == 1


@pytest.mark.parametrize(("kind", "small", "great"), [
    ("binary", b"\x01", b"\x02"),
    ("array<int>", [1], [1, 2]),
    ("struct<x:int,y:string>", (1, "a"), (1, "b")),
    ("map<string,int>", {"a": 1, "b": 1}, {"b": 2, "a": 1}),
    ("struct<m:map<string,int>>", ({"a": 1},), ({"a": 2},)),
    ("array<map<string,array<int>>>", [{"a": [1]}], [{"a": [2]}]),
])  # fmt: skip
def test_columns_of_any_type_break_ties(spark: SparkSession, kind: str, small: object, great: object) -> None:
    for rows in ([(1, small, "s"), (1, great, "g")], [(1, great, "g"), (1, small, "s")]):
        df = frame(spark, f"k int, v {kind}, name string", rows)
        assert df.transform(latest_by(["k"])).first().name == "g"


def test_equal_maps_with_other_order_of_entries_tie(spark: SparkSession) -> None:
    for rows in (
        [(1, {"a": 1, "b": 2}, 1), (1, {"b": 2, "a": 1}, 2)],
        [(1, {"b": 2, "a": 1}, 2), (1, {"a": 1, "b": 2}, 1)],
    ):
        assert frame(spark, "k int, m map<string,int>, n int", rows).transform(latest_by(["k"])).first().n == 2


def test_keys_alone(spark: SparkSession) -> None:
    df = frame(spark, "k int, _file string", [(1, "a"), (1, "b")])
    assert df.transform(latest_by(["k"])).select("k").collect() == [(1,)]


def test_missing_key_is_named(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS305 .*: nope"):
        frame(spark, "k int", [(1,)]).transform(dedupe(keys=["nope"]))
