"""Keys whose rows differ between two versions, from the images of a change feed."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.sources.net_changes import net_changes, net_spans
from lakesmith.testing import frame

FEED = "id int, name string, tags map<string,int>, _deleted boolean, _change_type string, _commit_version bigint"
Image = tuple[object, ...]


def images(*rows: tuple[int, str | None, bool, str]) -> list[Image]:
    return [(key, name, {"n": 1}, is_gone, kind, 1) for key, name, is_gone, kind in rows]


@pytest.mark.parametrize(
    ("feed", "keys"),
    [
        (images((1, "a", False, "insert")), [1]),
        (images((1, "a", False, "delete"), (1, "a", False, "insert")), []),
        (images((1, "a", False, "delete"), (1, "b", False, "insert")), [1]),
        (images((1, "a", False, "update_preimage"), (1, "a", False, "update_postimage")), []),
        (images((1, "a", False, "update_preimage"), (1, "a", True, "update_postimage")), [1]),
        (images((1, None, False, "update_preimage"), (1, "a", False, "update_postimage")), [1]),
        # A key that came and was deleted again within the versions was there at neither end.
        (images((1, "a", False, "insert"), (1, "a", False, "update_preimage"), (1, "a", True, "update_postimage")), []),
        # A tombstone of a key that was never there.
        (images((1, "a", True, "insert")), []),
        # Two of three equal versions of a history went.
        (images((1, "a", False, "delete"), (1, "a", False, "delete"), (1, "a", False, "insert")), [1]),
    ],
)
def test_images_that_cancel_out_are_no_change(spark: SparkSession, feed: list[Image], keys: list[int]) -> None:
    found = net_changes(frame(spark, FEED, feed), ["id"])
    assert sorted(row["id"] for row in found.collect()) == keys


def test_only_the_columns_that_count_are_compared(spark: SparkSession) -> None:
    feed = images((1, "a", False, "update_preimage"), (1, "b", False, "update_postimage"))
    assert net_changes(frame(spark, FEED, feed), ["id"], ["tags"]).count() == 0
    assert net_changes(frame(spark, FEED, feed), ["ID"], ["Name"]).count() == 1


VERSIONS = "id int, name string, since int, until int, _change_type string"


@pytest.mark.parametrize(
    ("feed", "span"),
    [
        # A newer version closes the open one.
        ([(1, "a", 2, None, "delete"), (1, "a", 2, 5, "insert"), (1, "b", 5, None, "insert")], (5, None)),
        # A late one splits a version.
        (
            [(1, "a", 2, 9, "delete"), (1, "a", 2, 4, "insert"), (1, "b", 4, 5, "insert"), (1, "a", 5, 9, "insert")],
            (4, 5),
        ),
        # The first version of a key, and one that was always valid.
        ([(1, "a", 2, None, "insert")], (2, None)),
        ([(1, "a", None, None, "insert")], (None, None)),
        ([(1, "a", None, 3, "delete")], (None, 3)),
        # Two neighbours with one name become one version: no row gets another name.
        ([(1, "a", 2, 5, "delete"), (1, "a", 5, None, "delete"), (1, "a", 2, None, "insert")], None),
        # A name is corrected for good.
        ([(1, "a", 2, 5, "delete"), (1, "b", 2, 5, "insert")], (2, 5)),
        # A version that is valid at no time.
        ([(1, "a", 5, 5, "insert")], None),
    ],
)
def test_versions_differ_between_two_times(
    spark: SparkSession, feed: list[Image], span: tuple[int | None, int | None] | None
) -> None:
    found = net_spans(frame(spark, VERSIONS, feed), ["id"], ["name"], "since", "until")
    expected = [] if span is None else [(1, *span)]
    assert [tuple(row) for row in found.collect()] == expected


def test_a_zero_of_the_other_sign_is_a_change(spark: SparkSession) -> None:
    rows = [(1, 0.0, "update_preimage"), (1, -0.0, "update_postimage")]
    equal = [(2, float("nan"), "update_preimage"), (2, float("nan"), "update_postimage")]
    feed = frame(spark, "id int, rate double, _change_type string", rows + equal)
    assert [row["id"] for row in net_changes(feed, ["id"]).collect()] == [1]
    within = feed.withColumn("rate", F.array(F.struct("rate")))
    assert [row["id"] for row in net_changes(within, ["id"]).collect()] == [1]
