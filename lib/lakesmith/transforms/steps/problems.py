"""List what is wrong with a step of a spec, without Spark."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from lakesmith.errors import StepError
from lakesmith.spec.steps import StepRecord, step_names
from lakesmith.transforms.steps.call import import_function, read_step


def step_problems(
    step: str | Mapping[str, Any], inputs: Collection[str] = ()
) -> list[str]:
    """List the problems of a step, such as an unknown name or an option that does not fit.

    Parameters
    ----------
    step : str or mapping
        The step as the spec writes it.
    inputs : collection of str
        The names of the inputs that the table declares.

    Returns
    -------
    list of str
        One sentence per problem; empty when the step is sound.

    Examples
    --------
    >>> print(*step_problems({"trimm": ["code"]}))
    unknown step 'trimm', did you mean 'trim'? A function of your own is written module:function
    >>> print(*step_problems({"rename": {"Qty": 5}}))
    step 'rename': columns.Qty: Input should be a valid string, found 5
    """
    try:
        call = read_step(step)
        record = call.record
        if record is None and not call.is_user_function:
            return [_unknown(call.name)]
        options = call.options()
    except StepError as error:
        return [f"{error.what}; expected {error.hint}"]

    try:
        function = import_function(record.function if record else call.name)
    # Importing runs the user's module, which may raise anything.
    except Exception as error:
        return [f"cannot import '{call.name}': {type(error).__name__}: {error}"]

    if not callable(function):
        return [f"'{call.name}' is not a function but a {type(function).__name__}"]
    if record is None:
        problems = _signature_problems(function, options, inputs)
        return [f"'{call.name}': {problem}" for problem in problems]

    problems = _factory_problems(function, record, options, inputs)

    return [f"step '{call.name}': {problem}" for problem in problems]


def _unknown(name: str) -> str:
    near = _did_you_mean(name, step_names())
    return (
        f"unknown step '{name}'{near} A function of your own is written module:function"
    )


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name, names, n=1)

    if near:
        return f", did you mean '{near[0]}'?"
    return f"; there are {', '.join(names)}."


def _factory_problems(
    factory: Any,
    record: StepRecord,
    options: Mapping[str, Any],
    inputs: Collection[str],
) -> list[str]:
    option_of = {parameter: option for option, parameter in record.inputs.items()}
    parameters = inspect.signature(factory).parameters.values()
    given = {*record.filters_of.values()}
    known = {
        option_of.get(p.name, p.name): p for p in parameters if p.name not in given
    }
    hints = get_type_hints(factory)
    problems = _name_problems(options, known)

    for option, value in options.items():
        if option in record.inputs:
            problems += _input_problems(value, inputs)
        elif option in known:
            problems += _type_problems(option, value, hints)

    return problems or [*record.problems(options)]


def _name_problems(
    options: Collection[str], known: Mapping[str, inspect.Parameter]
) -> list[str]:
    required = [
        name
        for name, parameter in known.items()
        if parameter.default is parameter.empty
    ]

    unknown = [
        f"unknown option '{option}'{_did_you_mean(option, known)}"
        for option in options
        if option not in known
    ]

    return unknown + [
        f"option '{name}' is missing" for name in required if name not in options
    ]


def _input_problems(name: Any, inputs: Collection[str]) -> list[str]:
    declared = ", ".join(inputs) or "none"
    if str(name) in inputs:
        return []
    return [f"'{name}' is not an input of this table; declared: {declared}"]


def _type_problems(option: str, value: Any, hints: Mapping[str, Any]) -> list[str]:
    try:
        TypeAdapter(hints[option]).validate_python(value)
    except ValidationError as error:
        return [
            _type_problem(option, dict(detail))
            for detail in error.errors(include_url=False)[:1]
        ]

    return []


def _type_problem(option: str, detail: Mapping[str, Any]) -> str:
    place = ".".join(
        [option, *(str(part) for part in detail["loc"] if "[" not in str(part))]
    )
    return f"{place}: {detail['msg']}, found {detail['input']!r}"


def _signature_problems(
    function: Any, options: Mapping[str, Any], inputs: Collection[str]
) -> list[str]:
    try:
        first, *rest = inspect.signature(function).parameters.values()
    except ValueError:
        return ["it takes no DataFrame; a step is a function (df, ...) -> DataFrame"]

    known = {p.name: p for p in rest if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    open_ended = any(p.kind is p.VAR_KEYWORD for p in (first, *rest))
    unknown = [] if open_ended else [name for name in options if name not in known]
    required = [
        name
        for name, p in known.items()
        if p.default is p.empty and name not in {*options, *inputs}
    ]

    problems = [
        f"it has no parameter '{name}'{_did_you_mean(name, known)}" for name in unknown
    ]

    return problems + [
        f"parameter '{name}' is neither an option nor an input of this table"
        for name in required
    ]
