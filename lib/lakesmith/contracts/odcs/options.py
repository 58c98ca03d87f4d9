"""Read the limits of a logical type as checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.quality.read_rules import named
from lakesmith.contracts.odcs.quality.registry import Fields, NoCounterpartError
from lakesmith.spec.model.checks.column_kinds import NUMBERS, TIMES
from lakesmith.spec.values.check_literals import comparable

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.element import Element
    from lakesmith.spec.model.checks import Check

_FORMATS = ("email", "uuid", "ipv4", "ipv6")
_ENDS = {"minimum": ("min", ">"), "maximum": ("max", "<")}


def option_checks(options: Element, column: str, kind: str) -> Iterator[Check]:
    """Yield the checks that the options of a property say.

    Parameters
    ----------
    options : Element
        Its `logicalTypeOptions`.
    column : str
    kind : str
        Spark type of the column.

    Examples
    --------
    >>> from lakesmith.contracts.odcs.element import Element
    >>> from lakesmith.contracts.odcs.notes import Notes
    >>> options = Element({"minimum": 0, "exclusiveMaximum": 100}, "column a", Notes())
    >>> for check in option_checks(options, "a", "int"):
    ...     print(check.id, check.check)
    a_between between
    a_exclusive_maximum expression
    """
    family = kind.partition("(")[0]
    entries: list[Fields] = []
    if family == "string":
        entries += _text_options(options)
    elif family in (*NUMBERS, *TIMES):
        entries += _range_options(options, column, kind)
    for fields in entries:
        name = fields.pop("name", "")
        try:
            yield named(
                {"column": column, **fields}, name and f"{column}_{name}", column
            )
        except NoCounterpartError as error:
            options.notes.add(f"no counterpart for an option ({error})", options.place)


def _text_options(options: Element) -> Iterator[Fields]:
    lengths = {"min": options.take("minLength"), "max": options.take("maxLength")}
    if any(length is not None for length in lengths.values()):
        yield {"check": "length", **lengths}
    pattern = options.take("pattern")
    if pattern is not None:
        yield {"check": "regex", "pattern": pattern}
    if options.data.get("format") in _FORMATS:
        yield {"check": "matches_format", "format": options.take("format")}


def _range_options(options: Element, column: str, kind: str) -> Iterator[Fields]:
    bounds: Fields = {}
    exclusive: list[Fields] = []
    for key, (bound, sign) in _ENDS.items():
        name = f"exclusive{key.capitalize()}"
        value = _fitting(options, key, kind)
        other = options.data.get(name)
        # Before version 3.1 it said whether the other bound is exclusive.
        is_flag = isinstance(other, bool)
        limit = value if is_flag and other else _fitting(options, name, kind)
        if limit is not None and (not is_flag or other):
            label = f"exclusive_{key}"
            condition = f"`{column}` {sign} {_literal(limit, kind)}"
            exclusive.append(
                {"name": label, "check": "expression", "expression": condition}
            )
        if value is not None and not (is_flag and other):
            bounds[bound] = value
    if bounds:
        yield {"check": "between", **bounds}
    yield from exclusive
    multiple = options.take("multipleOf")
    if multiple is not None and kind.startswith(NUMBERS):
        condition = f"`{column}` % {multiple} = 0"
        yield {"name": "multiple", "check": "expression", "expression": condition}


def _fitting(options: Element, key: str, kind: str) -> Any:
    """Return a limit if it is a value of the column's type, else note it."""
    value = options.take(key)
    if value is None or isinstance(value, bool):
        return None
    try:
        comparable(value, kind)
    except ValueError as error:
        what = f"no counterpart for '{key}' ({error})"
        options.notes.add(what, options.place)
        return None
    return value


def _literal(value: Any, kind: str) -> str:
    is_time = kind in TIMES
    if is_time:
        return f"{kind.upper()} '{value}'"
    return str(value)
