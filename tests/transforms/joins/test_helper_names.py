"""A column of a user that is named as one that a join works with is refused, or it stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import lakesmith.transforms.joins
from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.as_of import join_as_of
from lakesmith.transforms.joins.bloom import anti_join_bloom, join_bloom
from lakesmith.transforms.joins.join import join
from lakesmith.transforms.joins.lookup import join_lookup
from lakesmith.transforms.joins.range import join_range
from lakesmith.transforms.joins.scd2 import join_scd2
from lakesmith.transforms.joins.sides import HELPERS
from lakesmith.transforms.joins.skewed import join_skewed
from lakesmith.transforms.responses.forward_fill import forward_fill

KEY = {"on": ["k"]}
SPANS = {"at": "at", "other_at": ["since", "until"], "width": "3", "columns": ["w"]}
VERSIONS = {"on": ["k"], "at": "at", "valid_from": "since", "valid_to": "until", "columns": ["w"]}
SALTED = {"on": ["k"], "columns": ["w"], "hot_keys": [1], "other_hot_keys": [], "partitions": 2}
JOINS = {
    "join": (join, {**KEY, "columns": ["w"]}),
    "join_lookup": (join_lookup, {**KEY, "columns": ["w"]}),
    "join_scd2": (join_scd2, VERSIONS),
    "join_range": (join_range, {**SPANS, "how": "anti"}),
    "join_range by key": (join_range, {**SPANS, **KEY, "how": "left"}),
    "join_as_of": (join_as_of, {**KEY, "at": "at", "other_at": "since", "columns": ["w"]}),
    "join_skewed": (join_skewed, SALTED),
    "join_skewed full": (join_skewed, {**SALTED, "hot_keys": None, "min_rows": 1, "how": "full"}),
    "join_bloom": (join_bloom, {**KEY, "columns": ["w"]}),
    "anti_join_bloom": (anti_join_bloom, KEY),
}


def _names_in_code() -> set[str]:
    folder = Path(lakesmith.transforms.joins.__file__).parent
    code = "\n".join(file.read_text() for file in folder.rglob("*.py"))
    whole = set(re.findall(r'"(_[a-z][a-z_]*[a-z])"', code))
    numbered = {f"{name}0" for name in re.findall(r'"(_[a-z_]+_)"', code)}
    return whole | numbered | {"_on_0", "_taken_0"}


@pytest.mark.parametrize("name", [name for name in JOINS if name != "join_as_of"])
def test_a_helper_is_refused(spark: SparkSession, name: str) -> None:
    function, options = JOINS[name]
    other = spark.sql("SELECT 1 AS k, 1 AS since, 3 AS until, 'a' AS w")
    lines = spark.sql("SELECT 1 AS id, 1 AS k, 2 AS at, 0 AS _Found, 0 AS _key_0")
    with pytest.raises(StepError, match=r"LS307 .*: _Found, _key_0"):
        lines.transform(function(other=other, **options))


@pytest.mark.parametrize("name", JOINS)
def test_any_other_name_in_the_code_of_joins_is_harmless(spark: SparkSession, name: str) -> None:
    lines = frame(spark, "id int, k int, at int", [(1, 1, 2), (2, 2, 5), (3, None, 9)])
    other = frame(spark, "k int, since int, until int, w string", [(1, 1, 3, "a"), (3, 5, 6, "b")])
    function, options = JOINS[name]
    step = function(other=other, **options)
    kept = [helper for helper in sorted(_names_in_code()) if not HELPERS.fullmatch(helper)]
    values = {helper: F.lit(place) for place, helper in enumerate(kept)}

    joined = lines.withColumns(values).transform(step)

    of_lines = joined.filter("id IS NOT NULL").select(*kept)
    assert {tuple(row) for row in of_lines.collect()} == {tuple(range(len(kept)))}
    plain = lines.transform(step)
    assert sorted(map(str, joined.select(*plain.columns).collect())) == sorted(map(str, plain.collect()))


def test_a_column_taken_under_the_name_of_a_helper_is_refused(spark: SparkSession) -> None:
    other = spark.sql("SELECT 1 AS id, 'a' AS w")
    with pytest.raises(StepError, match=r"LS307 .*: _found"):
        spark.range(1).transform(join_lookup(other=other, on=["id"], columns={"_found": "w"}))


def test_the_last_known_value_is_no_column_of_the_user(spark: SparkSession) -> None:
    rows = spark.sql("SELECT 1 AS id, 2 AS v, 3 AS _last_known")
    with pytest.raises(StepError, match=r"LS307 .*: _last_known"):
        rows.transform(forward_fill(column="v", order_by=["id"], by=[]))
