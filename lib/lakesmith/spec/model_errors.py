"""The shape of the specs: the merged tree against the models, every mismatch in words of the spec."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lakesmith.spec.model import Project
from lakesmith.spec.model.source import DEFAULT_TYPE, spec_of_type
from lakesmith.spec.yaml.provenance import Finding, KeyPath, dotted, suggest

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
_SHOWN = 60
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
    """
    try:
        return Project.model_validate(data, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, list(_findings(error, data))


def wanted_texts(data: dict[str, Any]) -> frozenset[KeyPath]:
    """Return the key paths where the models want text and the data has something else."""
    try:
        Project.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return frozenset(
            _key_path(e["loc"], data) for e in errors if e["type"] == "string_type"
        )
    return frozenset()


def _findings(error: ValidationError, data: dict[str, Any]) -> Iterator[Finding]:
    by_path: dict[KeyPath, list[_Error]] = defaultdict(list)
    for one in error.errors(include_url=False):
        by_path[_key_path(one["loc"], data)].append(dict(one))
    for path, errors in by_path.items():
        yield _finding(path, errors, data)


def _key_path(loc: KeyPath, data: Any) -> KeyPath:
    # A location also names the branch of a union ('str', 'dict[str,any]'), which is no key of the spec.
    path: list[str | int] = []
    for part in loc:
        is_item = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if is_item or (isinstance(data, dict) and part in data):
            data = data[part]
            path.append(part)
        elif isinstance(data, dict) and part != _KEY:
            path.append(part)
            break
    return tuple(path)


def _finding(path: KeyPath, errors: list[_Error], data: dict[str, Any]) -> Finding:
    first = errors[0]
    key = dotted(path)
    if first["loc"][-1] == _KEY:
        return Finding(
            "LS113", key, f"name '{path[-1]}' is not allowed", _name_hint(first)
        )
    if first["type"] == "missing":
        return Finding("LS111", key, f"missing key '{path[-1]}'", "add it")
    if first["type"] == "extra_forbidden":
        hint = suggest(str(path[-1]), _known_keys(path[:-1], data), "known keys")
        return Finding("LS110", key, f"unknown key '{path[-1]}'", hint)
    if path[-1:] == ("version",):
        return Finding(
            "LS118",
            key,
            f"spec version {_show(first['input'])} is not known",
            "write version: 1",
        )
    return _mismatch(key, errors)


def _mismatch(key: str, errors: list[_Error]) -> Finding:
    first = errors[0]
    found = _show(first["input"])
    if first["type"] == "literal_error":
        allowed = first["ctx"]["expected"]
        names = [name.strip("'") for name in allowed.replace(" or ", ", ").split(", ")]
        return Finding(
            "LS112",
            key,
            f"{found} is not one of {allowed}",
            suggest(str(first["input"]), names, "allowed"),
        )
    if first["type"] == "string_pattern_mismatch":
        return Finding("LS112", key, f"{found} is not allowed here", _name_hint(first))
    expected = " or ".join(
        dict.fromkeys(_EXPECTED.get(str(e["type"]), str(e["msg"])) for e in errors)
    )
    return Finding(
        "LS112", key, f"{found} found, {expected} expected", _conversion(first, errors)
    )


def _conversion(first: _Error, errors: list[_Error]) -> str:
    wants_text = any(e["type"] == "string_type" for e in errors)
    if wants_text and isinstance(first["input"], (int, float)):
        return "quote it if it is meant as text"
    if first["type"] == "tuple_type" and isinstance(first["input"], str):
        return "write a list: [a, b]"
    return "change the value"


def _name_hint(error: _Error) -> str:
    pattern = error.get("ctx", {}).get("pattern", "")
    known: str | None = next(
        (hint for start, hint in _PATTERNS.items() if pattern.startswith(start)), None
    )
    return known or f"expected: {error.get('ctx', {}).get('expected', _NAME_HINT)}"


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
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _known_keys(path: KeyPath, data: dict[str, Any]) -> list[str]:
    kind: Any = Project
    for index, part in enumerate(path):
        is_source = index == 1 and path[0] == "sources"
        kind = _source_model(data, part) if is_source else _child(kind, part)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _source_model(data: dict[str, Any], name: str | int) -> Any:
    written = data["sources"][name]
    return spec_of_type(written.get("type", DEFAULT_TYPE))


def _child(kind: Any, part: str | int) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {
            field.alias or name: field.annotation
            for name, field in kind.model_fields.items()
        }
        return _unwrap(fields.get(str(part)))
    arguments = get_args(kind)
    is_map = get_origin(kind) is dict
    return _unwrap(arguments[1 if is_map else 0]) if arguments else None


def _unwrap(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        return next((arm for arm in get_args(kind) if arm is not type(None)), None)
    return kind
