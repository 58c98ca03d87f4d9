"""Bind the steps of a spec to functions, and run them in order."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from lakesmith.errors import StepError
from lakesmith.spec.steps import LIBRARY, StepRecord
from lakesmith.transforms.steps.call import StepCall, import_function, read_step
from lakesmith.transforms.steps.failures import guarded
from lakesmith.transforms.steps.inputs import StepInputs
from lakesmith.transforms.steps.problems import step_problems
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.transforms.joins.choice import JoinChoice

Step = str | Mapping[str, Any]


@dataclass(frozen=True)
class BoundStep:
    """A step that is ready to run, with its function DataFrame -> DataFrame.

    `choice` is the plan that a join takes, None for another step.
    """

    name: str
    apply: Transform
    choice: JoinChoice | None = None


def bind_step(step: Step, inputs: Mapping[str, DataFrame]) -> BoundStep:
    """Bind a step to its options and inputs.

    Parameters
    ----------
    step : str or mapping
        ``name``, ``{name: value}``, ``module:function`` or
        ``{module:function: {option: value}}``.
    inputs : mapping of str to DataFrame
        The declared inputs; a user function gets those that its parameters name.

    Returns
    -------
    BoundStep
        Its `apply` raises StepError LS301 for an exception in the step, with the place in the
        user's file, and LS304 when the step returns no DataFrame.

    Raises
    ------
    StepError
        LS306 when the step is unknown or its options do not fit (see `step_problems`).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> step = bind_step({"trim": ["code"]}, {})
    >>> frame(spark, "code string", [(" a ",)]).transform(step.apply).first().code
    'a'
    """
    problems = step_problems(step, inputs)
    if problems:
        raise StepError(
            "; ".join(problems),
            code="LS306",
            hint="correct the step; `lakesmith validate` lists all of them",
        )

    call = read_step(step)
    record = call.record
    function = import_function(record.function if record else call.name)
    transform = (
        _from_factory(function, call, record, inputs)
        if record
        else _from_function(function, call, inputs)
    )

    user_file = "" if call.name in LIBRARY else _file_of(function)

    choice = getattr(transform, "choice", None)

    return BoundStep(call.name, guarded(call.name, transform, user_file), choice)


def run_steps(steps: Sequence[Step], inputs: Mapping[str, DataFrame]) -> Transform:
    """Run steps one after the other.

    Parameters
    ----------
    steps : sequence of str or mapping
    inputs : mapping of str to DataFrame
        The declared inputs of the table.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS306 at once for a step that cannot be bound; LS301, LS304 or LS305 when it is applied.

    Notes
    -----
    *Columns*: what the steps need -> what the steps give.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> clean = run_steps([{"trim": ["code"]}, {"filter": "code != ''"}], {})
    >>> frame(spark, "code string", [(" a ",), (" ",)]).transform(clean).show()
    +----+
    |code|
    +----+
    |   a|
    +----+
    <BLANKLINE>
    """
    bound = [bind_step(step, inputs) for step in steps]

    def apply(df: DataFrame) -> DataFrame:
        for step in bound:
            df = step.apply(df)
        return df

    return apply


def _from_factory(
    factory: Any, call: StepCall, record: StepRecord, inputs: Mapping[str, DataFrame]
) -> Transform:
    options = call.options()
    names = {option: str(options[option]) for option in record.inputs}
    frames = {
        parameter: inputs[options.pop(option)]
        for option, parameter in record.inputs.items()
    }
    filters = {
        parameter: inputs.filter_of(names[option])
        for option, parameter in record.filters_of.items()
        if isinstance(inputs, StepInputs)
    }

    transform: Transform = factory(**options, **frames, **filters)

    return transform


def _from_function(
    function: Any, call: StepCall, inputs: Mapping[str, DataFrame]
) -> Transform:
    _, *parameters = inspect.signature(function).parameters
    frames = {name: inputs[name] for name in parameters if name in inputs}
    arguments = frames | call.options()

    def apply(df: DataFrame) -> DataFrame:
        result: DataFrame = function(df, **arguments)
        return result

    return apply


def _file_of(function: Any) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code.co_filename if code else ""
