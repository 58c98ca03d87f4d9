"""The catalogue of steps agrees with the functions that it names, and refuses what packages register wrongly."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from lakesmith.errors import StepError
from lakesmith.spec.step_effects import changed_columns, derived_columns, filtering_columns, groupings
from lakesmith.spec.steps import LIBRARY, StepRecord, find_step, installed_steps, step_names
from lakesmith.transforms.steps.call import import_function

NOT_A_RECORD = 5
MASK = StepRecord("my.steps:mask")


@pytest.mark.parametrize("name", LIBRARY)
def test_a_record_names_parameters_of_its_function(name: str) -> None:
    record = LIBRARY[name]
    parameters = inspect.signature(import_function(record.function)).parameters
    options = {record.whole, record.groups_by, *record.removes, *record.sql, *record.inputs.values()} - {None}
    assert options <= set(parameters)
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters.values())


@pytest.mark.parametrize(
    ("step", "changed"),
    [
        ({"trim": ["A"]}, {"a"}),
        ({"select": ["a"]}, set()),
        ({"drop": ["A", "b"]}, {"a", "b"}),
        ({"rename": {"A": "b"}}, {"a", "b"}),
        ({"cast": {"A": "int"}}, {"a"}),
        ({"date_parts": {"column": "at", "parts": {"Day": "date"}}}, {"day"}),
        ({"hash_key": {"name": "Id"}}, {"id"}),
        ({"aggregate": {"by": ["a"], "measures": {"n": "count(*)"}}}, set()),
        ("my.steps:clean", set()),
    ],
)
def test_a_step_changes_the_columns_that_it_makes_or_removes(step, changed: set[str]) -> None:
    assert changed_columns(step) == changed


@pytest.mark.parametrize(
    "step",
    [
        "trim", {"trim": "a"}, {"trim": {"a": 1}}, {"rename": ["a"]}, {"with_columns": 5}, {"cast": None},
        {"date_parts": ["a"]}, {"hash_key": {"of": 5}}, {"dedupe": {"keys": 5}}, {"aggregate": "a"}, {"filter": 5}, {},
    ],
)  # fmt: skip
def test_options_of_the_wrong_shape_break_no_rule(step) -> None:
    effects = (changed_columns(step), derived_columns(step), filtering_columns(step), groupings(step))
    assert all(isinstance(effect, list | dict | frozenset) for effect in effects)


def test_an_unknown_name_and_a_function_of_the_user_have_no_record() -> None:
    assert find_step("trimm") is None
    assert find_step("my.steps:trim") is None


@pytest.fixture
def register(tmp_path: Path, monkeypatch):
    def write(line: str) -> None:
        metadata = tmp_path / "toy-1.0.dist-info"
        metadata.mkdir()
        (metadata / "entry_points.txt").write_text(f"[lakesmith.steps]\n{line}\n")
        monkeypatch.syspath_prepend(tmp_path)
        installed_steps.cache_clear()

    yield write
    installed_steps.cache_clear()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"trim = {__name__}:MASK", "cannot register step 'trim': its name is taken"),
        (f"mask = {__name__}:NOT_A_RECORD", "cannot register step 'mask': it is a int"),
        ("mask = no_such_module:MASK", "cannot register step 'mask': ModuleNotFoundError"),
    ],
)
def test_a_wrong_entry_point_is_refused(register, line: str, words: str) -> None:
    register(line)
    with pytest.raises(StepError, match=f"LS306 {words}"):
        step_names()


def test_a_right_entry_point_is_found(register) -> None:
    register(f"mask = {__name__}:MASK")
    assert find_step("mask") == MASK
    assert "mask" in step_names()
