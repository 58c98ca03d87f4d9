"""Rules on a project as a whole."""

from __future__ import annotations

from collections.abc import Callable

from lakesmith.errors import Problem
from tests.spec.conftest import SOUND

Load = Callable[..., list[Problem]]


def test_a_circle_is_shown_in_full(problems: Load) -> None:
    files = {f"tables/silver/{a}.yml": f"from: silver.{b}\n" for a, b in ("ab", "bc", "ca")}
    (problem,) = problems(files)
    steps = problem.what.removeprefix("tables read each other in a circle: ").split(" -> ")
    assert (steps[0], set(steps), len(steps)) == (steps[-1], {"silver.a", "silver.b", "silver.c"}, 4)


def test_separate_circles_are_all_listed(problems: Load) -> None:
    pairs = [("a", "b"), ("b", "a"), ("x", "y"), ("y", "x")]
    found = problems({f"tables/silver/{a}.yml": f"from: silver.{b}\n" for a, b in pairs})
    assert [p.code for p in found] == ["LS122", "LS122"]


def test_the_meaning_of_steps_is_asked_of_the_caller(problems: Load) -> None:
    def step_check(step: object, inputs: object) -> list[str]:
        return [f"no step {step}"] if step == "nope" and list(inputs) == ["d"] else []  # type: ignore[call-overload]

    text = "from: bronze.orders\ninputs: {d: gold.daily}\nsteps:\n  - trim: [a]\n  - nope\n"
    (problem,) = problems({"tables/silver/s.yml": text}, step_check=step_check)
    assert (problem.code, problem.line, problem.key) == ("LS162", 5, "tables.silver.s.steps.1")
    assert problem.what == "no step nope"


def test_a_layout_for_all_tables_must_fit_each(problems: Load) -> None:
    base = "name: shop\nmaintenance: {zorder_by: [day]}\n"
    silver = SOUND["tables/silver/orders.yml"]
    by_day = silver.replace("sequence_by: [day]", "sequence_by: [day], partition_by: [day], key_implies: [day]")
    (problem,) = problems({"base.yml": base, "tables/silver/orders.yml": by_day})
    assert (problem.code, problem.file, problem.what) == (
        "LS640", "conf/tables/silver/orders.yml", "'day' is a partition column",
    )  # fmt: skip
    assert "`zorder_by: []` here ends that" in problem.hint
    assert not problems({"base.yml": base, "tables/silver/orders.yml": silver})
    assert not problems({"base.yml": base, "tables/silver/orders.yml": by_day + "maintenance: {zorder_by: []}\n"})
