"""A row whose input does not fit reaches the quarantine, whatever the steps do to rows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.gate.batch_rules import batch_rules
from lakesmith.batch.transform.passing_rows import passes_of
from lakesmith.batch.transform.row_by_row import row_by_row
from lakesmith.batch.transform.unfit_rows import passing_filters
from lakesmith.quality.checks.batch.evaluation import EPOCH
from lakesmith.quality.gate import accepted, rejected, tag
from lakesmith.spec.model import Column, Table, Write
from lakesmith.testing import frame
from lakesmith.transforms.filters import filter_rows
from lakesmith.transforms.joins.join import join
from lakesmith.types import Transform

LANDED = [("1", "5", None), ("2", "six", None), ("3", None, None), (None, None, '{"_corrupt_record":"x"}')]
COLUMNS = {"id": Column(type="int"), "qty": Column(type="int")}


def narrow(df: DataFrame) -> DataFrame:
    return df.filter("id > 0").select("id", "qty")


def repaired(df: DataFrame) -> DataFrame:
    return df.selectExpr("id", "if(_raw.qty = 'six', 6, qty) AS qty", "_raw")


def through(spark: SparkSession, **spec: Any) -> tuple[DataFrame, DataFrame]:
    """Return the accepted and the rejected rows of a table."""
    batch, shaped = shaped_by(spark, None, **spec)
    rules = batch_rules(batch, shaped)
    tagged = shaped.transform(tag(rules))
    return tagged.transform(accepted(rules)), tagged.transform(rejected(rules))


def shaped_by(spark: SparkSession, watch: Transform | None, **spec: Any) -> tuple[Any, DataFrame]:
    table = Table(from_="bronze.orders", columns=COLUMNS, **spec)
    batch: Any = SimpleNamespace(
        name="silver.orders", spec=table, session=spark, groups=(), lands_source=False, run_time=EPOCH
    )
    rows = frame(spark, "id string, qty string, _rescued string", LANDED)
    keys = frame(spark, "id int", [(1,)])
    return batch, row_by_row(batch, rows, {"keys": keys}, table.steps, watch)


@pytest.mark.parametrize("spec", [
    {"steps": ({"filter": "qty > 0"},)},
    {"steps": ({"dedupe": {"keys": ["qty"]}}, {"filter": "qty > 0"})},
    {"steps": ({"join": {"input": "keys", "on": ["id"], "how": "inner"}},)},
    {"steps": ({"with_columns": {"n": "count(*) OVER (PARTITION BY qty)"}}, {"filter": "qty > 0"})},
    {"steps": ({"aggregate": {"by": ["id"], "measures": {"qty": "sum(qty)"}}}, {"filter": "qty > 0"})},
    {"steps": ({"filter": "qty > 0"}, "tests.batch.test_unfit_rows:narrow")},
    {"steps": ({"filter": "qty IS NOT NULL"}, {"with_columns": {"qty": "coalesce(qty, -1)"}})},
    {"sql": "SELECT id, qty FROM orders WHERE qty > 0"},
    {"sql": "SELECT id, max(qty) AS qty FROM orders WHERE qty > 0 GROUP BY id"},
    {"sql": "SELECT * FROM orders WHERE qty > 0"},
])  # fmt: skip
def test_no_step_loses_a_row_that_does_not_fit(spark: SparkSession, spec: dict[str, Any]) -> None:
    good, bad = through(spark, **spec)
    reasons = {reason for row in bad.collect() for reason in [(row._reasons[0].check, row._reasons[0].value)]}
    assert [row.id for row in good.collect()] == [1]
    assert reasons == {("qty_cast", "six"), ("row_parsed", "x")}


@pytest.mark.parametrize("spec", [{"steps": ({"dedupe": {"keys": ["id"]}},)}, {"sql": "SELECT id FROM orders"}])
def test_a_watched_batch_counts_rows_that_do_not_fit_and_leaves_them_out(
    spark: SparkSession, spec: dict[str, Any]
) -> None:
    seen: list[DataFrame] = []

    def watch(rows: DataFrame) -> DataFrame:
        seen.append(rows)
        return rows

    shaped = shaped_by(spark, watch, **spec)[1]
    assert sorted(row.id for row in shaped.collect()) == [1, 3]
    assert seen[0].filter("_unfit IS NOT NULL").count() == 2


REQUIRED = {"id": Column(type="int"), "qty": Column(type="int", nullable=False)}
LAST = {"dedupe": {"keys": ["id"], "order_by": ["day"]}}


@pytest.mark.parametrize(("steps", "kept", "bad"), [
    ((LAST,), {5}, 1),
    (({"with_columns": {"n": "count(*) OVER (PARTITION BY id)"}}, LAST), {5}, 1),
    ((LAST, {"with_columns": {"qty": "coalesce(qty, 0)"}}), {0}, 0),
    ((LAST, {"filter": "qty IS NOT NULL"}), set(), 0),
    ((LAST, "tests.batch.test_unfit_rows:narrow"), set(), 1),
    (({"filter": "qty IS NOT NULL"}, LAST), {5}, 0),
])  # fmt: skip
def test_a_dedupe_prefers_no_row_that_lacks_what_must_be_given(
    spark: SparkSession, steps: tuple[Any, ...], kept: set[int], bad: int
) -> None:
    table = Table(from_="silver.orders", columns=REQUIRED, steps=steps)
    batch: Any = SimpleNamespace(
        name="gold.orders", spec=table, session=spark, groups=(), lands_source=False, run_time=EPOCH
    )
    rows = frame(spark, "id int, qty int, day int", [(1, 5, 1), (1, None, 2)])
    shaped = row_by_row(batch, rows, {}, steps)
    rules = batch_rules(batch, shaped)
    tagged = shaped.transform(tag(rules))
    assert {row.qty for row in tagged.transform(accepted(rules)).collect()} == kept
    assert [row._reasons[0].check for row in tagged.transform(rejected(rules)).collect()] == ["qty_given"] * bad


def test_a_delete_passes_a_dedupe_without_what_must_be_given(spark: SparkSession) -> None:
    table = Table(from_="silver.orders", columns=REQUIRED, steps=(LAST,))
    batch: Any = SimpleNamespace(
        name="gold.orders", spec=table, session=spark, groups=(), lands_source=False, run_time=EPOCH
    )
    rows = frame(spark, "id int, qty int, day int, _deleted boolean", [(1, None, 1, True), (2, None, 1, False)])
    shaped = row_by_row(batch, rows, {}, (LAST,))
    assert {(row.id, row._unfit is None) for row in shaped.collect()} == {(1, True), (2, False)}


def test_a_function_repairs_a_row_before_a_filter_sees_it(spark: SparkSession) -> None:
    good, bad = through(spark, steps=("tests.batch.test_unfit_rows:repaired", {"filter": "qty > 0"}))
    assert {(row.id, row.qty) for row in good.collect()} == {(1, 5), (2, 6)}
    assert [row._reasons[0].check for row in bad.collect()] == ["row_parsed"]


def test_a_step_behind_a_filter_repairs_nothing(spark: SparkSession) -> None:
    steps = ({"filter": "id > 0"}, {"with_columns": {"qty": "coalesce(qty, 0)"}})
    good, bad = through(spark, steps=steps)
    assert {(row.id, row.qty) for row in good.collect()} == {(1, 5), (3, 0)}
    assert bad.count() == 2


def test_a_step_repairs_what_its_check_only_warns_of(spark: SparkSession) -> None:
    check = {"id": "qty_cast", "check": "cast_failed", "column": "qty", "on_fail": "warn"}
    good, _ = through(
        spark, steps=({"filter": "id > 0"}, {"with_columns": {"qty": "coalesce(qty, 0)"}}), checks=(check,)
    )
    assert {(row.id, row.qty) for row in good.collect()} == {(1, 5), (2, 0), (3, 0)}


def test_the_raw_row_is_quarantined_where_the_sql_loses_it(spark: SparkSession) -> None:
    _, bad = through(spark, sql="SELECT id, qty FROM orders")
    assert '{"id":"2","qty":"six","_rescued":null}' in {row._raw for row in bad.collect()}


def test_a_row_that_the_sql_made_is_quarantined_as_it_was_made(spark: SparkSession) -> None:
    check = {"id": "small", "check": "between", "column": "qty", "max": 9}
    _, bad = through(spark, sql="SELECT id, qty * 2 AS qty FROM orders", checks=(check,))
    assert '{"id":1,"qty":10}' in {row._raw for row in bad.collect()}


@pytest.mark.parametrize(("deletes", "ids"), [("op = 'd'", {1, 2}), ("nope = 'd'", {2})])
def test_a_filter_lets_deletes_pass_whose_condition_is_known(spark: SparkSession, deletes: str, ids: set[int]) -> None:
    write = Write(strategy="upsert", keys=("id",), apply_as_deletes=deletes)
    table = Table(from_="bronze.orders", write=write)
    rows = frame(spark, "id int, op string, _deleted boolean", [(1, "d", None), (2, "i", True), (3, "i", False)])
    keep = passing_filters(lambda df: passes_of(table, df), filter_rows(condition="id > 8"))
    filtered = rows.transform(keep)
    assert filtered.columns == rows.columns
    assert {row.id for row in filtered.collect()} == ids


@pytest.mark.parametrize(("how", "ids"), [("inner", {1, 3}), ("semi", {1, 3}), ("anti", {2, 3}), ("left", {1, 2, 3})])
def test_a_join_lets_rows_pass(spark: SparkSession, how: Any, ids: set[int]) -> None:
    rows = frame(spark, "id int, _passes boolean", [(1, False), (2, False), (3, True)])
    other = frame(spark, "id int, name string", [(1, "a")])
    joined = rows.transform(join(other=other, on=["id"], how=how))
    assert {row.id for row in joined.collect()} == ids


@pytest.mark.parametrize("steps", [
    ({"filter": "qty > 5"},),
    ({"dedupe": {"keys": ["id"]}}, {"filter": "qty > 5"}),
    ({"dedupe": {"keys": ["id"]}}, {"join": {"input": "keys", "on": ["qty"], "how": "semi"}}),
])  # fmt: skip
def test_deletes_reach_the_table_through_steps_that_lose_rows(spark: SparkSession, steps: tuple[Any, ...]) -> None:
    table = Table(from_="bronze.orders", columns=COLUMNS, steps=steps)
    batch: Any = SimpleNamespace(
        name="silver.orders", spec=table, session=spark, groups=(), lands_source=False, run_time=EPOCH
    )
    rows = frame(
        spark, "id string, qty string, _deleted boolean", [("1", None, True), ("2", None, False), ("3", "7", False)]
    )
    shaped = row_by_row(batch, rows, {"keys": frame(spark, "qty int", [(7,)])}, steps)
    assert {row.id for row in shaped.collect()} == {1, 3}
    assert "_passes" not in shaped.columns
