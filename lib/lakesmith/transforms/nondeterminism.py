"""Find what would give other rows on a second run: clocks, random numbers, arrival order."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from lakesmith.errors import StepError
from lakesmith.transforms.step_call import LIBRARY, import_function, read_step

CLOCK_WORDS = ("current_date", "current_timestamp", "current_time", "localtimestamp")
SQL_FUNCTIONS = (
    *CLOCK_WORDS, "curdate", "now", "rand", "randn", "random", "randstr", "uuid", "shuffle",
    "monotonically_increasing_id", "spark_partition_id",
)  # fmt: skip
PYTHON_FUNCTIONS = frozenset(
    (*SQL_FUNCTIONS, "utcnow", "today", "time_ns", "uuid1", "uuid4", "randint", "randrange", "token_hex")
)
SQL_CALL = re.compile(rf"\b({'|'.join(SQL_FUNCTIONS)})\s*\(|\b({'|'.join(CLOCK_WORDS)})\b", re.IGNORECASE)
SQL_LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'|`[^`]*`")


def nondeterministic_sql(text: str) -> list[str]:
    """List the functions in a SQL text that read a clock, chance or the layout of the data.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        Lower-case names, each once, in the order found.

    Examples
    --------
    >>> nondeterministic_sql("seen < current_date and note != 'now()' and rand() > 0")
    ['current_date', 'rand']
    """
    found = SQL_CALL.finditer(SQL_LITERAL.sub("''", text))
    return _each_once((match.group(1) or match.group(2)).lower() for match in found)


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
    return _each_once(name for text in _texts(call.value) for name in nondeterministic_sql(text)) if has_sql else []


def _calls_of(function: Any, seen: set[str]) -> Iterator[str]:
    function = inspect.unwrap(function)
    seen.add(function.__name__)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _python_call(node.func)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            # A bare word is the name of a column; SQL text has more in it.
            yield from [] if node.value.isidentifier() else nondeterministic_sql(node.value)
        elif isinstance(node, ast.Name) and _is_neighbour(function, node.id, seen):
            yield from _calls_of(function.__globals__[node.id], seen)


def _python_call(called: ast.expr) -> Iterator[str]:
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if name in PYTHON_FUNCTIONS or ast.unparse(called) == "time.time":
        yield name


def _is_neighbour(function: Any, name: str, seen: set[str]) -> bool:
    other = function.__globals__.get(name)
    return name not in seen and isinstance(other, FunctionType) and other.__module__ == function.__module__


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)


def _each_once(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names))
