"""Find calls in a step that give other rows on a second run."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from lakesmith.errors import StepError
from lakesmith.spec.step_effects import sql_texts
from lakesmith.spec.steps import LIBRARY
from lakesmith.spec.values.nondeterministic import (
    CLOCKS_WITHOUT_ARGUMENTS,
    SQL_FUNCTIONS,
)
from lakesmith.spec.values.nondeterministic import nondeterministic_calls as sql_calls
from lakesmith.transforms.steps.call import StepCall, import_function, read_step

# Names that functions of Python have too, which do something else.
_COMMON_WORDS = frozenset(("user", "version", "reflect"))
_PYTHON_ONLY = frozenset((
    "utcnow", "today", "time_ns", "randint", "randrange", "getrandbits", "uuid1", "uuid4",
    "token_hex", "urandom",
))  # fmt: skip
_PYTHON_FUNCTIONS = (SQL_FUNCTIONS - _COMMON_WORDS) | _PYTHON_ONLY


def nondeterministic_calls(step: str | Mapping[str, Any]) -> list[str]:
    """List the calls of a step that give another result on a second run.

    Parameters
    ----------
    step : str or mapping
        The step as the spec writes it. The source of a function from outside the library is
        read, with the functions of its module that it names.

    Returns
    -------
    list of str
        Names such as ``current_timestamp``, each once; empty when none is found or the source
        cannot be read.

    Examples
    --------
    >>> nondeterministic_calls({"with_columns": {"seen": "now()"}})
    ['now']
    >>> nondeterministic_calls({"trim": ["now"]})
    []
    """
    try:
        call = read_step(step)
        names = [*_calls_in_options(call), *_calls_in_source(call)]
    # What cannot be read or imported is reported by step_problems.
    except (StepError, ImportError, AttributeError, OSError, TypeError, SyntaxError):
        return []

    return list(dict.fromkeys(names))


def _calls_in_options(call: StepCall) -> Iterator[str]:
    texts = sql_texts(call.record, call.options()) if call.record else ()
    for text in texts:
        yield from sql_calls(text)


def _calls_in_source(call: StepCall) -> Iterator[str]:
    if call.name in LIBRARY:
        return

    name = call.record.function if call.record else call.name
    if ":" in name:
        yield from _calls_of(import_function(name), seen=set())


def _calls_of(function: Any, seen: set[str]) -> Iterator[str]:
    function = inspect.unwrap(function)
    seen.add(function.__name__)
    source = textwrap.dedent(inspect.getsource(function))
    nodes = list(ast.walk(ast.parse(source)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}

    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _python_call(node)
        elif isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield from _calls_in_text(node.value)
        elif isinstance(node, ast.Name) and _is_neighbour(function, node.id, seen):
            neighbour = function.__globals__[node.id]
            yield from _calls_of(neighbour, seen)


def _calls_in_text(value: object) -> list[str]:
    # A bare word is the name of a column; SQL text has more in it.
    is_sql = isinstance(value, str) and not value.isidentifier()
    return sql_calls(str(value)) if is_sql else []


def _python_call(call: ast.Call) -> Iterator[str]:
    name = _called_name(call.func)
    has_arguments = bool(call.args or call.keywords)
    reads_clock = name in CLOCKS_WITHOUT_ARGUMENTS and not has_arguments
    is_time = ast.unparse(call.func) == "time.time"

    if name in _PYTHON_FUNCTIONS or reads_clock or is_time:
        yield name


def _called_name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _is_neighbour(function: Any, name: str, seen: set[str]) -> bool:
    other = function.__globals__.get(name)
    return (
        name not in seen
        and isinstance(other, FunctionType)
        and other.__module__ == function.__module__
    )
