"""Turn the errors of the models into findings, in the words of a spec."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lakesmith.spec.kinds import project_model
from lakesmith.spec.model.checks.any_check import FINDING
from lakesmith.spec.model.source_types import DEFAULT_TYPE, spec_of_type
from lakesmith.spec.yaml.provenance import Finding, KeyPath, dotted, suggest

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "greater_than": "a number above 0",
    "greater_than_equal": "a number of 0 or more",
    "too_short": "at least one entry",
    "string_too_short": "one character",
    "string_too_long": "one character",
}
_KEY = "[key]"
_NAME_HINT = "lower-case letters, digits and '_', a letter first, at most 128"
_PATTERNS = {
    "^[a-z]": _NAME_HINT,
    "^[A-Za-z]": "letters, digits and '_', a letter first, at most 128; no blanks",
    "^[0-9]": "write a whole number and s, m, h or d, such as 14d",
    "^(bronze": "write a table as layer.name, such as silver.orders",
    "^(sources": "write sources.<name> or a table as layer.name, such as bronze.orders",
}
_MAX_SHOWN = 60
_Error = dict[str, Any]


def project_from(data: dict[str, Any]) -> tuple[Project | None, list[Finding]]:
    """Validate plain data against the model of a project.

    Parameters
    ----------
    data : dict

    Returns
    -------
    tuple
        The project, or None and the findings (LS110 to LS113, LS118).

    Examples
    --------
    >>> project, findings = project_from({"name": "shop", "parallel": "two"})
    >>> project is None, [finding.what for finding in findings]
    (True, ["'two' found, a whole number expected"])
    """
    try:
        return project_model().model_validate(data, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, list(_findings(error, data))


def wanted_texts(data: dict[str, Any]) -> frozenset[KeyPath]:
    """Return the key paths where the models want text and the data has another type.

    Examples
    --------
    >>> wanted_texts({"name": "shop", "warehouse": 5, "parallel": 2})
    frozenset({('warehouse',)})
    """
    try:
        project_model().model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        texts = (error for error in errors if error["type"] == "string_type")
        return frozenset(_key_path(error["loc"], data) for error in texts)
    return frozenset()


def _findings(error: ValidationError, data: dict[str, Any]) -> Iterator[Finding]:
    by_path: dict[KeyPath, list[_Error]] = defaultdict(list)
    for details in error.errors(include_url=False):
        path = _key_path(details["loc"], data)
        if details["type"] == FINDING:
            key = dotted(path)
            yield Finding(key=key, **details["ctx"])
        else:
            same = by_path[path]
            same.append(dict(details))
    for path, errors in by_path.items():
        yield _finding(path, errors, data)


def _key_path(loc: KeyPath, data: Any) -> KeyPath:
    # A location also names the branch of a union ('str', 'dict[str,any]'), which is not a key.
    path: list[str | int] = []
    for part in loc:
        if _has(data, part):
            data = data[part]
            path.append(part)
        elif isinstance(data, dict) and part != _KEY:
            path.append(part)
            break
    return tuple(path)


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _finding(path: KeyPath, errors: list[_Error], data: dict[str, Any]) -> Finding:
    first = errors[0]
    key = dotted(path)
    name = str(path[-1]) if path else ""
    if first["loc"][-1] == _KEY:
        what = f"name '{name}' is not allowed"
        return Finding("LS113", key, what, _pattern_hint(first))
    kind = first["type"]
    if kind == "missing":
        what = f"missing key '{name}'"
        return Finding("LS111", key, what, "add it")
    if kind == "extra_forbidden":
        what = f"unknown key '{name}'"
        known = _known_keys(path[:-1], data)
        hint = suggest(name, known, "known keys")
        return Finding("LS110", key, what, hint)
    if name == "version":
        what = f"spec version {_show(first['input'])} is not known"
        return Finding("LS118", key, what, "write version: 1")
    return _mismatch(key, errors)


def _mismatch(key: str, errors: list[_Error]) -> Finding:
    first = errors[0]
    given = first["input"]
    value = _show(given)
    if first["type"] == "literal_error":
        allowed = first["ctx"]["expected"]
        listed = allowed.replace(" or ", ", ")
        names = [word.strip("'") for word in listed.split(", ")]
        what = f"{value} is not one of {allowed}"
        hint = suggest(str(given), names, "allowed")
        return Finding("LS112", key, what, hint)
    if first["type"] == "string_pattern_mismatch":
        what = f"{value} is not allowed here"
        return Finding("LS112", key, what, _pattern_hint(first))
    texts = (_EXPECTED.get(str(e["type"]), str(e["msg"])) for e in errors)
    expected = " or ".join(dict.fromkeys(texts))
    what = f"{value} found, {expected} expected"
    return Finding("LS112", key, what, _conversion(first, errors))


def _conversion(first: _Error, errors: list[_Error]) -> str:
    wants_text = any(e["type"] == "string_type" for e in errors)
    if wants_text and isinstance(first["input"], (int, float)):
        return "quote it if it is meant as text"
    if first["type"] == "tuple_type" and isinstance(first["input"], str):
        return "write a list: [a, b]"
    return "change the value"


def _pattern_hint(error: _Error) -> str:
    context = error.get("ctx", {})
    pattern = context.get("pattern", "")
    for start, hint in _PATTERNS.items():
        if pattern.startswith(start):
            return hint
    return f"expected: {context.get('expected', _NAME_HINT)}"


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    if len(text) <= _MAX_SHOWN:
        return text
    return f"{text[:_MAX_SHOWN]}..."


def _known_keys(path: KeyPath, data: dict[str, Any]) -> list[str]:
    model: Any = project_model()
    for index, part in enumerate(path):
        if index == 1 and path[0] == "sources":
            model = _source_model(data, part)
        else:
            model = _child(model, part)
    fields = _fields(model)
    return list(fields)


def _source_model(data: dict[str, Any], name: str | int) -> Any:
    written = data["sources"][name]
    return spec_of_type(written.get("type", DEFAULT_TYPE))


def _fields(model: Any) -> dict[str, Any]:
    """Return the annotation of each key of a model, nothing for other types."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return {}
    return {
        field.alias or name: field.annotation
        for name, field in model.model_fields.items()
    }


def _child(annotation: Any, part: str | int) -> Any:
    fields = _fields(annotation)
    if fields:
        return _unwrap(fields.get(str(part)))
    arguments = get_args(annotation)
    if not arguments:
        return None
    return _unwrap(arguments[1 if get_origin(annotation) is dict else 0])


def _unwrap(annotation: Any) -> Any:
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    options = (option for option in get_args(annotation) if option is not type(None))
    return next(options, None)
