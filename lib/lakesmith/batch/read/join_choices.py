"""Say which plans the joins of a batch take, and how the rows were found that it computes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.spec.step_kinds.joined_inputs import input_joins
from lakesmith.transforms.steps.bind import bind_step

if TYPE_CHECKING:
    from lakesmith.batch.read.inputs import BatchInputs


def join_choices(inputs: BatchInputs) -> tuple[str, ...]:
    """Return the plan of each join of a batch in a line, for the metadata of its commit.

    Notes
    -----
    It starts no Spark job.
    """
    spec = inputs.batch.spec
    joins = input_joins(spec)
    if not joins:
        return ()

    steps = [spec.steps[join.index] for join in joins]
    bound = [bind_step(step, inputs.lookups) for step in steps]
    plans = [step.choice for step in bound if step.choice is not None]
    searches = [one.choice for one in inputs.touched_joins]
    choices = [*plans, *searches]
    return tuple(map(str, choices))
