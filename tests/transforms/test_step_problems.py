from __future__ import annotations

import pytest

from lakesmith.transforms.steps.nondeterminism import nondeterministic_calls
from lakesmith.transforms.steps.problems import step_problems

USER = "tests.transforms.user_steps"


@pytest.mark.parametrize("step", [
    {"trim": ["a"]}, {"rename": {"a": "b"}}, {"filter": "a > 1"}, {"hash_key": {"name": "id", "of": "raw"}},
    {"hash_key": {"name": "id"}}, {"dedupe": {"keys": ["a"]}}, {"join": {"input": "customers", "on": ["k"]}},
    f"{USER}:double", {f"{USER}:double": {"column": "n"}}, {f"{USER}:with_lookup": {"flag": "x"}}, "builtins:abs",
])  # fmt: skip
def test_sound_steps_have_no_problem(step) -> None:
    assert step_problems(step, ["customers"]) == []


@pytest.mark.parametrize(("step", "words"), [
    ("trimm", ["unknown step 'trimm'", "did you mean 'trim'"]),
    ("xyz", ["unknown step 'xyz'", "there are aggregate, anti_join_bloom, cap, cast"]),
    ("trim", ["option 'columns' is missing"]),
    ({"trim": "code"}, ["step 'trim': columns", "found 'code'"]),
    ({"trim": ["a", 5]}, ["columns.1", "valid string, found 5"]),
    ({"with_columns": {"a": 1}}, ["columns.a", "found 1"]),
    ({"semi_join_bloom": {"input": "customers", "on": ["k"], "stored": None}}, ["unknown option 'stored'"]),
    ({"dedupe": ["a"]}, ["needs its options as a mapping"]),
    ({"dedupe": {"key": ["a"]}}, ["unknown option 'key'", "did you mean 'keys'"]),
    ({"dedupe": {"order_by": ["a"]}}, ["option 'keys' is missing"]),
    ({"hash_key": {"name": "id", "of": "row"}}, ["of"]),
    ({"join": {"input": "customers", "on": ["k"], "how": "full"}}, ["how", "found 'full'"]),
    ({"join": {"input": "custmers", "on": ["k"]}}, ["'custmers' is not an input", "customers"]),
    ({"date_parts": {"column": "a", "parts": {"x": "weekday"}}}, ["parts.x", "found 'weekday'"]),
    ({"trim": ["a"], "upper": ["a"]}, ["a step has one name, found 2: trim, upper"]),
    ("no_such_module:f", ["cannot import 'no_such_module:f': ModuleNotFoundError"]),
    (f"{USER}:nope", [f"cannot import '{USER}:nope': AttributeError"]),
    (f"{USER}:NOT_A_FUNCTION", ["is not a function but a int"]),
    (f"{USER}:no_arguments", ["takes no DataFrame"]),
    ({f"{USER}:double": {"colum": "n"}}, ["no parameter 'colum'", "did you mean 'column'"]),
    (f"{USER}:with_lookup", ["parameter 'flag' is neither an option nor an input"]),
    ({f"{USER}:double": ["n"]}, ["needs its options as a mapping"]),
])  # fmt: skip
def test_problems_say_what_and_what_instead(step, words: list[str]) -> None:
    problem, *_ = step_problems(step, ["customers"])
    assert all(word in problem for word in words), problem


def test_all_problems_of_a_step_are_listed() -> None:
    assert len(step_problems({"dedupe": {"key": ["a"], "order_by": 5}})) == 3


@pytest.mark.parametrize(("step", "found"), [
    ({"with_columns": {"a": "current_date"}}, ["current_date"]),
    ({"filter": "rand() > 0.5 and x != 'uuid()'"}, ["rand"]),
    ({"aggregate": {"by": ["now"], "measures": {"m": "max(now())"}}}, ["now"]),
    ({"trim": ["now"]}, []),
    ({"rename": {"current_date": "d"}}, []),
    (f"{USER}:steady", []),
    (f"{USER}:double", []),
    ("no_such_module:f", []),
    ("unknown", []),
])  # fmt: skip
def test_clocks_and_chance_are_found(step, found: list[str]) -> None:
    assert nondeterministic_calls(step) == found


def test_functions_of_the_same_module_are_followed() -> None:
    assert sorted(nondeterministic_calls(f"{USER}:stamped")) == ["current_timestamp", "time", "uuid"]
