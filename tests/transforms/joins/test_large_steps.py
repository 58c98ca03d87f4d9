"""The joins of large inputs as steps of a spec."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.spec.step_effects import keeps_rows, passes_rows
from lakesmith.testing import frame
from lakesmith.transforms.steps.bind import run_steps
from lakesmith.transforms.steps.problems import step_problems


@pytest.mark.parametrize(("step", "ids"), [
    ({"join_skewed": {"input": "codes", "on": ["k"], "hot_keys": [1]}}, [1, 2, 3]),
    ({"join_skewed": {"input": "codes", "on": ["k"], "how": "inner"}}, [1, 2]),
    ({"join_skewed": {"input": "codes", "on": ["k"], "how": "anti", "other_hot_keys": []}}, [3]),
    ({"semi_join_bloom": {"input": "codes", "on": ["k"]}}, [1, 2]),
    ({"anti_join_bloom": {"input": "codes", "on": ["k"], "expected_keys": 10}}, [3]),
])  # fmt: skip
def test_a_step_joins_an_input(spark: SparkSession, step: dict[str, Any], ids: list[int]) -> None:
    codes = frame(spark, "k int, code string", [(1, "a")])
    rows = frame(spark, "id int, k int", [(1, 1), (2, 1), (3, 9)])
    assert step_problems(step, ["codes"]) == []
    assert sorted(row.id for row in rows.transform(run_steps([step], {"codes": codes})).collect()) == ids


@pytest.mark.parametrize("how", ["right", "full"])
def test_a_step_gives_no_rows_that_the_upstream_has_not(how: str) -> None:
    (problem,) = step_problems({"join_skewed": {"input": "codes", "on": ["k"], "how": how}}, ["codes"])
    assert "'left', 'inner', 'semi' or 'anti'" in problem


def test_options_that_a_step_does_not_take_are_named() -> None:
    problems = step_problems({"semi_join_bloom": {"input": "codes", "on": "k", "columns": ["a"]}}, ["codes"])
    assert any("unknown option 'columns'" in problem for problem in problems)
    assert any(problem.startswith("step 'semi_join_bloom': on:") for problem in problems)


def test_only_a_left_join_keeps_each_row() -> None:
    assert keeps_rows({"join_skewed": {"input": "codes", "on": ["k"]}})
    assert not keeps_rows({"join_skewed": {"input": "codes", "on": ["k"], "how": "inner"}})
    assert not keeps_rows({"semi_join_bloom": {"input": "codes", "on": ["k"]}})
    assert passes_rows({"anti_join_bloom": {"input": "codes", "on": ["k"]}})
