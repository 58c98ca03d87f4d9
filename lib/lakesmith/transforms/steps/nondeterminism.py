"""Find what would give other rows on a second run: clocks, random numbers, arrival order."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from lakesmith.errors import StepError
from lakesmith.spec.values.nondeterministic import (
    CLOCKS_WITHOUT_ARGUMENTS,
    SQL_FUNCTIONS,
)
from lakesmith.spec.values.nondeterministic import nondeterministic_calls as sql_calls
from lakesmith.transforms.steps.call import LIBRARY, import_function, read_step

# Names that functions of Python have too, which do something else.
COMMON_WORDS = frozenset(("user", "version", "reflect"))
PYTHON_ONLY = frozenset((
    "utcnow", "today", "time_ns", "randint", "randrange", "getrandbits", "uuid1", "uuid4", "token_hex", "urandom",
))  # fmt: skip
PYTHON_FUNCTIONS = (SQL_FUNCTIONS - COMMON_WORDS) | PYTHON_ONLY


def nondeterministic_calls(step: str | Mapping[str, Any]) -> list[str]:
    """List the calls of a step that give another result on a second run.

    Parameters
    ----------
    step : str or mapping
        The step as the spec writes it; a user function is read with the functions of its module that it names.

    Returns
    -------
    list of str
        Names such as ``current_timestamp``, each once; empty when none is found or the source cannot be had.

    Examples
    --------
    >>> nondeterministic_calls({"with_columns": {"seen": "now()"}})
    ['now']
    >>> nondeterministic_calls({"trim": ["now"]})
    []
    """
    try:
        call = read_step(step)
        if call.is_user_function:
            return _each_once(_calls_of(import_function(call.name), seen=set()))
    # What cannot be read or imported is reported by step_problems.
    except (StepError, ImportError, AttributeError, OSError, TypeError, SyntaxError):
        return []
    has_sql = call.name in LIBRARY and LIBRARY[call.name].has_sql
    return (
        _each_once(name for text in _texts(call.value) for name in sql_calls(text))
        if has_sql
        else []
    )


def _calls_of(function: Any, seen: set[str]) -> Iterator[str]:
    function = inspect.unwrap(function)
    seen.add(function.__name__)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _python_call(node)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            # A bare word is the name of a column; SQL text has more in it.
            yield from [] if node.value.isidentifier() else sql_calls(node.value)
        elif isinstance(node, ast.Name) and _is_neighbour(function, node.id, seen):
            yield from _calls_of(function.__globals__[node.id], seen)


def _python_call(call: ast.Call) -> Iterator[str]:
    called = call.func
    name = (
        called.attr
        if isinstance(called, ast.Attribute)
        else called.id
        if isinstance(called, ast.Name)
        else ""
    )
    reads_clock = (
        name in CLOCKS_WITHOUT_ARGUMENTS and not call.args and not call.keywords
    )
    if name in PYTHON_FUNCTIONS or reads_clock or ast.unparse(called) == "time.time":
        yield name


def _is_neighbour(function: Any, name: str, seen: set[str]) -> bool:
    other = function.__globals__.get(name)
    return (
        name not in seen
        and isinstance(other, FunctionType)
        and other.__module__ == function.__module__
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)


def _each_once(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names))
