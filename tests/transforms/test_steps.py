from __future__ import annotations

import linecache

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.sketches.bloom import bloom_build
from lakesmith.sketches.bloom_sizing import Shape
from lakesmith.sketches.stored_filter import StoredFilter
from lakesmith.testing import frame
from lakesmith.transforms.steps.bind import bind_step, run_steps
from lakesmith.transforms.steps.inputs import StepInputs

USER = "tests.transforms.user_steps"


def line_at(where: str) -> str:
    file, _, line = where.rpartition(":")
    return linecache.getline(file, int(line)).strip()


def test_each_form_of_a_step_runs_in_order(spark: SparkSession) -> None:
    customers = frame(spark, "k string, country string", [("A", "UK")])
    df = frame(spark, "K0 string, n int, gone int, at date", [(" a ", 1, 0, None), ("b", 1, 0, None)])
    steps = [
        {"rename": {"K0": "k"}},
        {"trim": ["k"]},
        {"upper": ["k"]},
        {"normalize_text": ["k"]},
        {"drop": ["gone"]},
        {"filter": "k = 'A'"},
        {"dedupe": {"keys": ["k"], "order_by": ["n"]}},
        {"cast": {"n": "bigint"}},
        {"with_columns": {"m": "n + 1"}},
        {f"{USER}:double": {"column": "m"}},
        f"{USER}:double",
        {"date_parts": {"column": "at", "parts": {"year": "year"}}},
        {"hash_key": {"name": "id", "of": ["k"]}},
        {"join": {"input": "customers", "on": ["k"], "how": "left", "columns": ["country"]}},
        {"aggregate": {"by": ["k", "country"], "measures": {"n": "sum(n)", "m": "sum(m)"}}},
        {"lower": ["country"]},
        {"select": ["k", "m", "n", "country"]},
    ]
    done = df.transform(run_steps(steps, {"customers": customers}))
    assert_df_equality(done, frame(spark, "k string, m bigint, n bigint, country string", [("A", 4, 2, "uk")]))


def test_a_user_function_gets_inputs_by_name_and_options(spark: SparkSession) -> None:
    df, customers = frame(spark, "k int", [(1,)]), frame(spark, "k int, c string", [(1, "UK")])
    step = bind_step({f"{USER}:with_lookup": {"flag": "x"}}, {"customers": customers, "unused": df})
    assert step.name == f"{USER}:with_lookup"
    assert tuple(df.transform(step.apply).first()) == (1, "UK", "x")


def test_an_exception_names_step_type_message_and_line(spark: SparkSession) -> None:
    df = frame(spark, "n int", [(1,)])
    for name in ("broken", "wrapped"):
        with pytest.raises(StepError) as caught:
            df.transform(run_steps([f"{USER}:{name}"], {}))
        error = caught.value
        assert error.code == "LS301"
        assert error.what == f"step '{USER}:{name}' failed: ZeroDivisionError: nothing to divide by"
        assert line_at(error.where) == 'raise ZeroDivisionError("nothing to divide by")'
        assert isinstance(error.__cause__, ZeroDivisionError)


def test_an_error_of_spark_is_one_line_at_the_users_line(spark: SparkSession) -> None:
    with pytest.raises(StepError) as caught:
        frame(spark, "n int", [(1,)]).transform(run_steps([f"{USER}:wrong_column"], {}))
    assert line_at(caught.value.where) == 'return df.select("nope")'
    assert "nope" in caught.value.what
    assert "\n" not in caught.value.what


def test_bad_sql_names_the_step(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS301 step 'filter' failed: .*nope"):
        frame(spark, "n int", [(1,)]).transform(run_steps([{"filter": "nope > 1"}], {}))


def test_a_step_must_return_a_frame(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS304 .*returned NoneType, not a DataFrame"):
        frame(spark, "n int", [(1,)]).transform(run_steps([f"{USER}:no_frame"], {}))


def test_a_step_that_does_not_fit_is_refused_before_it_runs() -> None:
    with pytest.raises(StepError, match="LS306 unknown step 'trimm'"):
        run_steps([{"trimm": ["a"]}], {})


@pytest.mark.parametrize(("key", "kept"), [({"k": "int"}, []), ({"other": "int"}, [1]), (None, [1])])
def test_a_join_asks_the_filter_that_its_input_keeps_of_the_same_key(
    spark: SparkSession, key: dict[str, str] | None, kept: list[int]
) -> None:
    rows = frame(spark, "k int, other int", [(1, 1)])
    none_stored = rows.filter("k > 1")
    shape = Shape(8)
    stored = StoredFilter(bloom_build(none_stored, key, shape), shape, key) if key else None
    inputs = StepInputs({"known": rows}, {"known": stored}.__getitem__)
    step = bind_step({"semi_join_bloom": {"input": "known", "on": ["k"]}}, inputs)
    assert [row["k"] for row in rows.transform(step.apply).collect()] == kept
