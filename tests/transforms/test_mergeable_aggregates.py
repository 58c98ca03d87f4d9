from __future__ import annotations

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.mergeable_aggregates import Merge, keeps_values, merge_of, merged, merges_of


@pytest.mark.parametrize(
    ("sql", "merge"),
    [
        ("COUNT(*)", Merge("sum")),
        ("sum(units) FILTER (WHERE note <> ')')", Merge("sum")),
        ("max /* greatest */ (units)", Merge("max")),
        ("hll_sketch_agg(id, 12)", Merge("hll_union_agg")),
        ("kll_sketch_agg_bigint(units, 200)", Merge("kll_merge_agg_bigint", ("200",))),
        ("theta_sketch_agg(id)", Merge("theta_union_agg")),
        ("theta_sketch_agg(f(id, 1), 14)", Merge("theta_union_agg", ("14",))),
    ],
)
def test_one_call_is_merged_by_an_aggregate_of_its_results(sql: str, merge: Merge) -> None:
    assert merge_of(sql) == merge


@pytest.mark.parametrize(
    "sql",
    [
        "", "units", "sum", "sum(units", "sum(units) + 1", "sum(units) units", "`sum`(units)", "count(DISTINCT id)",
        "sum(units) OVER (PARTITION BY day)", "avg(units)", "theta_sketch_agg(id, size)", "theta_sketch_agg(id, 1.5)",
        "approx_top_k_accumulate(id, 10, 20)", "count(*) FILTER", "count(*) FILTER (WHERE a) + 1",
    ],
)  # fmt: skip
def test_anything_else_needs_all_rows(sql: str) -> None:
    assert merge_of(sql) is None


def test_rows_of_a_group_in_two_batches_give_its_measures(spark: SparkSession) -> None:
    measures = merges_of({"n": "count(*)", "top": "max(units)", "all_paid": "bool_and(paid)"})
    assert measures is not None
    ddl = "day string, n bigint, top int, all_paid boolean"
    stored = frame(spark, ddl, [("mon", 2, 7, True), ("tue", 1, None, True), ("wed", 5, 5, True)])
    new = frame(spark, ddl, [("mon", 1, 9, False), ("tue", 1, None, None), (None, 3, 1, True)])
    wanted = frame(spark, ddl, [("mon", 3, 9, False), ("tue", 2, None, True), (None, 3, 1, True)])
    assert_df_equality(merged(stored, new, ["day"], measures), wanted, ignore_row_order=True)


@pytest.mark.parametrize(
    ("computed", "stored", "keeps"),
    [
        ("n bigint", "n int", True),
        ("n decimal(12,2)", "n decimal(10,4)", True),
        ("n decimal(12,2)", "n decimal(12,1)", False),
        ("n double", "n double", False),
        ("n string", "n int", False),
        ("n bigint", "m bigint", False),
    ],
)
def test_a_table_keeps_values_whose_type_neither_rounds_nor_is_missing(
    spark: SparkSession, computed: str, stored: str, keeps: bool
) -> None:
    assert keeps_values({"n": Merge("sum")}, frame(spark, computed, []), frame(spark, stored, [])) is keeps
