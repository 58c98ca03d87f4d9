"""Bind the steps of a spec to functions, run them in order, and turn what goes wrong into one clear error."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.errors import PySparkException, QueryContextType
from pyspark.sql import DataFrame

from lakesmith.errors import StepError
from lakesmith.transforms.steps.call import (
    LIBRARY,
    LibraryStep,
    StepCall,
    import_function,
    read_step,
)
from lakesmith.transforms.steps.problems import step_problems
from lakesmith.types import Transform

Step = str | Mapping[str, Any]
MESSAGE_LENGTH = 500


@dataclass(frozen=True)
class BoundStep:
    """A step that is ready to run: its name and a function DataFrame -> DataFrame."""

    name: str
    apply: Transform


def bind_step(step: Step, inputs: Mapping[str, DataFrame]) -> BoundStep:
    """Bind a step to its options and inputs.

    Parameters
    ----------
    step : str or mapping
        ``name``, ``{name: value}``, ``module:function`` or ``{module:function: {option: value}}``.
    inputs : mapping of str to DataFrame
        The declared inputs; a user function gets those that its parameters name.

    Returns
    -------
    BoundStep
        Its `apply` raises StepError LS301 for an exception in the step, with the place in the user's file, and LS304
        when the step returns no DataFrame.

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
    if call.is_user_function:
        return _user_step(call, inputs)
    return BoundStep(
        call.name,
        _guarded(
            call.name, _library_step(call, LIBRARY[call.name], inputs), user_file=""
        ),
    )


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


def _library_step(
    call: StepCall, library: LibraryStep, inputs: Mapping[str, DataFrame]
) -> Transform:
    options = call.options()
    frames = {
        parameter: inputs[options.pop(option)]
        for option, parameter in (library.frames or {}).items()
    }
    return library.factory(**options, **frames)


def _user_step(call: StepCall, inputs: Mapping[str, DataFrame]) -> BoundStep:
    function = import_function(call.name)
    _, *parameters = inspect.signature(function).parameters
    arguments = {
        name: inputs[name] for name in parameters if name in inputs
    } | call.options()

    def apply(df: DataFrame) -> DataFrame:
        result: DataFrame = function(df, **arguments)
        return result

    return BoundStep(
        call.name, _guarded(call.name, apply, user_file=_file_of(function))
    )


def _guarded(name: str, transform: Transform, user_file: str) -> Transform:
    def apply(df: DataFrame) -> DataFrame:
        try:
            result = transform(df)
            if isinstance(result, DataFrame):
                _ = result.schema  # over Spark Connect a plan is analysed no sooner
        except StepError:
            raise
        except Exception as error:
            raise _step_failed(name, error, user_file) from error
        if not isinstance(result, DataFrame):
            raise _no_frame(name, result)
        return result

    return apply


def _step_failed(name: str, error: Exception, user_file: str) -> StepError:
    message = str(error).partition("\n")[0][:MESSAGE_LENGTH]
    return StepError(
        f"step '{name}' failed: {type(error).__name__}: {message}",
        code="LS301",
        where=_place(error, user_file) or f"step {name}",
        hint="correct the step and run again; nothing of this batch was written",
    )


def _place(error: Exception, user_file: str) -> str:
    """Return the last place in the user's file: of the stack, else of the calls that Spark remembers with a plan."""
    stack = [
        at
        for at in traceback.extract_tb(error.__traceback__)
        if at.filename == user_file
    ]
    if stack or not user_file or not isinstance(error, PySparkException):
        return "".join(f"{at.filename}:{at.lineno}" for at in stack[-1:])
    contexts = [
        at
        for at in error.getQueryContext()
        if at.contextType() == QueryContextType.DataFrame
    ]
    return next(
        (at.callSite() for at in contexts if at.callSite().startswith(f"{user_file}:")),
        "",
    )


def _no_frame(name: str, result: object) -> StepError:
    return StepError(
        f"step '{name}' returned {type(result).__name__}, not a DataFrame",
        code="LS304",
        where=f"step {name}",
        hint="end the function with `return df`",
    )


def _file_of(function: Any) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code.co_filename if code else ""
