"""Rows that refer to nothing are counted the same, whichever way is cheaper."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.checks.shuffles.orphans import count_orphans
from lakesmith.quality.checks.shuffles.references import ReferencesEvaluation
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import References
from lakesmith.testing import frame

NAN = float("nan")
KEY = st.tuples(st.integers(0, 3), st.sampled_from([0.0, -0.0, NAN, 1.5]), st.sampled_from(["", "a"]))
SOME = st.tuples(st.none() | st.integers(0, 3), st.sampled_from([None, 0.0, NAN]), st.sampled_from([None, "", "a"]))


def canonical(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple("nan" if value != value else value for value in key)


def test_both_ways_count_as_one_by_one(spark: SparkSession) -> None:
    @given(st.lists(KEY, max_size=6), st.lists(SOME, max_size=6))
    @settings(max_examples=6, deadline=None, derandomize=True, database=None)
    def law(keys: list[Any], others: list[Any]) -> None:
        rows = frame(spark, "a int, b double, c string", keys)
        # Of other widths: the join compares values, not bits.
        targets = frame(spark, "_to_0 bigint, _to_1 double, _to_2 string", others)
        known = {canonical(key) for key in others}
        want = sum(canonical(key) not in known for key in keys)
        found = [count_orphans(rows, targets, "abc", thin).collect()[0][0] for thin in (False, True)]
        assert found == [want, want]

    law()


@pytest.mark.classic("reads the plan in the JVM")
def test_the_sizes_of_the_tables_decide(spark: SparkSession) -> None:
    rows, others = spark.range(3).selectExpr("id AS a"), spark.range(2).selectExpr("id AS k")
    check = References(id="c", columns=("a",), table="silver.o", to=("k",), max=0)

    def plan(counts: dict[str, int]) -> str:
        tables, table = {"silver.o": others}, Table(from_="bronze.a", checks=(check,))
        scope = BatchScope(table, {"a": "bigint"}, rows=rows, tables=tables, row_counts=counts, name="silver.a")
        measured = ReferencesEvaluation(check, scope).measured(rows)
        assert measured.collect()[0][0] == 1
        return str(measured._jdf.queryExecution().optimizedPlan())

    assert "LeftSemi" in plan({"silver.a": 1_000, "silver.o": 2_000_000})
    assert "LeftSemi" not in plan({"silver.a": 1_000_000, "silver.o": 2_000_000})
    assert "LeftSemi" not in plan({"silver.o": 2_000_000})


def test_a_reference_to_a_longer_number_is_not_rounded(spark: SparkSession) -> None:
    rows = spark.sql("SELECT CAST(100 AS decimal(38,0)) AS a")
    targets = spark.sql("SELECT CAST(99.5 AS decimal(10,2)) AS _to_0")
    counted = count_orphans(rows, targets, ["a"], False).first()
    assert counted is not None and counted[0] == 1
