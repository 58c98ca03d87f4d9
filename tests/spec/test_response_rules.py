"""Steps that treat bad values: their options, the types of their columns, and where they stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem

Load = Callable[..., list[Problem]]
HEAD = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  amount: {type: 'decimal(12,2)', source: Amount}
  day: {type: date, source: Day}
  note: {type: string, source: Note}
steps:
"""
SOURCE = "format: csv\npath: in/orders\ncolumns: [OrderId, Amount, Day, Note]\n"
UPSERT = "write: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
WHOLE = "write: {strategy: replace_all}\n"


def of(problems: Load, *steps: str, write: str = UPSERT) -> list[Problem]:
    text = "".join(f"  - {step}\n" for step in steps)
    return problems({"sources/orders.yml": SOURCE, "tables/silver/orders.yml": f"{HEAD}{text}{write}"})


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("impute: {column: amount}", "there is no value"),
        ("impute: {column: amount, method: mean, value: 1}", "a value has no mean"),
        ("impute: {column: note, method: mode, by: [id]}", "mode has no groups"),
        ("impute: {column: amount, value: 1, reference: silver.orders}", "a constant needs no reference"),
        ("impute: {column: amount, method: mean, reference: silver.order}", "no table 'silver.order'"),
        ("impute: {column: amount, method: mean, by: [Amount]}", "the column cannot group itself"),
        ("impute: {column: amount, value: 1, flag: Amount}", "flag is the column itself"),
        ("cap: {column: amount}", "there is no limit"),
        ("cap: {column: amount, lower: {quantil: 0.1}}", "there is no limit 'quantil'"),
        ("cap: {column: amount, lower: {quantile: 1.5}}", "the rank of a quantile is from 0 to 1"),
        ("cap: {column: amount, upper: {zscore: -1}}", "zscore takes a number from 0 on"),
        ("cap: {column: amount, lower: {quantile: 0.9}, upper: {quantile: 0.1}}", "lower is not below upper"),
    ],
)
def test_options_that_do_not_go_together(problems: Load, step: str, what: str) -> None:
    (problem,) = of(problems, step)
    assert (problem.code, problem.key) == ("LS181", "tables.silver.orders.steps.0")
    assert what in problem.what


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("impute: {column: note, method: median}", "a column of type string has no median"),
        ("impute: {column: day, method: mean}", "a column of type date has no mean"),
        ("impute: {column: amount, value: 1.005}", "1.005 is not a decimal(12,2)"),
        ("impute: {column: amount, value: unknown}", "'unknown' is not a decimal(12,2)"),
        ("impute: {column: day, value: '2026-02-30'}", "'2026-02-30' is not a date"),
        ("cap: {column: note, lower: a}", "a column of type string has no limit"),
        ("cap: {column: day, upper: {zscore: 3}}", "a column of type date has no zscore"),
        ("cap: {column: amount, lower: 5, upper: 1}", "upper is less than lower"),
    ],
)
def test_treatments_of_another_type(problems: Load, step: str, what: str) -> None:
    (problem,) = of(problems, step)
    assert (problem.code, problem.key) == ("LS182", "tables.silver.orders.steps.0")
    assert what in problem.what


def test_a_column_that_a_step_changed_has_no_known_type(problems: Load) -> None:
    assert of(problems, "with_columns: {note: length(note)}", "impute: {column: note, method: median}") == []


@pytest.mark.parametrize(
    "step",
    [
        "impute: {column: amount, method: median, by: [note], flag: imputed}",
        "impute: {column: note, method: mode, reference: silver.orders}",
        "cap: {column: amount, lower: 0, upper: {iqr: 1.5}}",
        "cap: {column: day, lower: '2000-01-01', upper: {quantile: 1}}",
    ],
)
def test_sound_treatments(problems: Load, step: str) -> None:
    assert of(problems, step) == []


@pytest.mark.parametrize(
    "step",
    [
        "forward_fill: {column: amount, order_by: [day], by: [note]}",
        "fill_gaps: {column: day, every: 1 day, by: [note], values: {amount: 0}}",
    ],
)
def test_a_fill_needs_all_rows_of_a_group(problems: Load, step: str) -> None:
    (problem,) = of(problems, step)
    assert (problem.code, problem.key) == ("LS184", "tables.silver.orders.steps.0")
    assert "replace_all" in problem.hint
    assert of(problems, step, write=WHOLE) == []


@pytest.mark.parametrize("value", ["0.10", "7"])
def test_a_fill_of_another_type_is_refused(problems: Load, value: str) -> None:
    step = f"fill_gaps: {{column: day, every: 1 day, by: [], values: {{note: {value}}}}}"
    (problem,) = of(problems, step, write=WHOLE)
    assert (problem.code, problem.key) == ("LS182", "tables.silver.orders.steps.0")
    assert "is not a string" in problem.what


def test_a_fill_stays_within_a_partition(problems: Load) -> None:
    partitions = "write: {strategy: replace_partitions, partition_by: [note]}\n"
    assert of(problems, "forward_fill: {column: amount, order_by: [day], by: [note, id]}", write=partitions) == []
    (problem,) = of(problems, "forward_fill: {column: amount, order_by: [day], by: [id]}", write=partitions)
    assert problem.code == "LS164"


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("forward_fill: {column: amount, order_by: [], by: []}", "order_by is empty"),
        ("forward_fill: {column: amount, order_by: [amount], by: []}", "cannot order or group itself"),
        ("fill_gaps: {column: day, every: soon, by: []}", "'soon' is no distance in time"),
        ("fill_gaps: {column: day, every: 0 days, by: []}", "'0 days' is no distance in time"),
        ("fill_gaps: {column: day, every: 1 day, by: [day]}", "the column cannot group itself"),
        ("fill_gaps: {column: day, every: 1 day, by: [note], values: {note: a}}", "values sets note"),
    ],
)
def test_options_of_fills(problems: Load, step: str, what: str) -> None:
    found = of(problems, step, write=WHOLE)
    assert what in "; ".join(problem.what for problem in found if problem.code == "LS181")


def test_what_is_grouped_later_would_not_be_counted(problems: Load) -> None:
    steps = ("impute: {column: amount, value: 0}", "aggregate: {by: [day], measures: {amount: sum(amount)}}")
    text = "".join(f"  - {step}\n" for step in steps)
    files = {
        "tables/gold/daily.yml": f"from: silver.orders\nsteps:\n{text}write: {{strategy: aggregate, keys: [day]}}\n"
    }
    (problem,) = problems(files)
    assert (problem.code, problem.key) == ("LS183", "tables.gold.daily.steps.0")


def test_a_spec_cannot_write_frozen_statistics(problems: Load) -> None:
    from lakesmith.transforms.steps.problems import step_problems

    step = {"impute": {"column": "amount", "method": "mean", "frozen": {"table": "a", "version": 1}}}
    (problem,) = step_problems(step)
    assert "instance of Frozen" in problem
