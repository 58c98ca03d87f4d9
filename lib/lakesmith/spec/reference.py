"""Write the reference of the specs as Markdown, from the models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lakesmith.duration import DURATION_PATTERN
from lakesmith.spec.json_schema import schemas
from lakesmith.spec.kinds import Kind, all_kinds
from lakesmith.spec.model.base import NAME_PATTERN

_HEAD = """# Spec reference

All keys of the specs, with their types and defaults. This page is generated from the models.
JSON Schemas with the same content for editors are in `conf/schema`.
"""
_PATTERNS = {
    NAME_PATTERN: "name",
    r"^[A-Za-z][A-Za-z0-9_]{0,127}$": "column name",
    r"^(bronze|silver|gold)\.[a-z][a-z0-9_]{0,127}$": "`layer.name`",
    r"^(sources|bronze|silver|gold)\.[a-z][a-z0-9_]{0,127}$": "`sources.name` or `layer.name`",
    DURATION_PATTERN: "duration, such as `14d`",
}
_BASIC = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "object": "map",
    "array": "list",
    "null": "",
}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
_Schema = dict[str, Any]


def spec_reference() -> str:
    """Return the page of all specs.

    Examples
    --------
    >>> page = spec_reference()
    >>> [line for line in page.splitlines() if line.startswith("## ")][:3]
    ['## Project', '## Source', '## Table']
    >>> "| `warehouse` | text | `./warehouse` |" in page
    True
    """
    files = list(_files())
    models: dict[str, _Schema] = {}
    page = _HEAD
    for title, place, schema in files:
        models |= schema.get("$defs", {})
        section = _section(schema)
        page += f"\n## {title}\n\n{place}\n\n{section}"
    headings = {str(schema.get("title")): title for title, _, schema in files}
    for name, model in models.items():
        if name not in headings:
            page += f"\n### {name}\n\n{_section(model)}"
    for name, title in headings.items():
        link = f"](#{name})".lower()
        anchor = f"](#{title})".lower()
        page = page.replace(link, anchor)
    return page


def type_text(schema: dict[str, Any]) -> str:
    """Return a type of a JSON Schema in words.

    Examples
    --------
    >>> type_text({"type": "array", "items": {"type": "integer", "minimum": 2}})
    'list of whole number, at least 2'
    >>> type_text({"anyOf": [{"enum": ["park", "fail"]}, {"type": "null"}]})
    '`park`, `fail`'
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        anchor = name.lower()
        return f"[{name}](#{anchor})"
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(f"`{value}`" for value in values)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        texts = dict.fromkeys(type_text(option) for option in options)
        return " or ".join(text for text in texts if text)
    return _simple_type(schema)


def _files() -> Iterator[tuple[str, str, _Schema]]:
    """Yield title, place and schema of each kind of file."""
    by_file = schemas()
    place = "In `conf/base.yml`, and in every overlay `conf/<env>.yml`."
    yield "Project", place, by_file["project.schema.json"]
    for kind in all_kinds():
        schema = by_file[f"{kind.noun}.schema.json"]
        yield kind.noun.capitalize(), _place(kind), schema


def _place(kind: Kind) -> str:
    place = f"In `conf/{kind.folder}/<name>.yml`."
    if not kind.layers:
        return place
    layers = ", ".join(kind.layers)
    return f"{place} Layers are {layers}."


def _section(schema: _Schema) -> str:
    paragraph = schema.get("description", "").split("\n\n")[0]
    description = " ".join(paragraph.split())
    if "properties" not in schema:
        text = f"{description}\n\nOne of: {type_text(schema)}.\n"
        return text.lstrip()
    required = schema.get("required", ())
    lines = [
        description,
        "",
        "| Key | Type | Default | Description |",
        "|---|---|---|---|",
    ]
    for key, field in schema["properties"].items():
        lines.append(_row(key, field, key in required))
    return "\n".join(lines) + "\n"


def _row(key: str, field: _Schema, is_required: bool) -> str:
    cells = (
        f"`{key}`",
        type_text(field),
        "required" if is_required else _default(field),
        field.get("description", ""),
    )
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _default(field: _Schema) -> str:
    value = field.get("default")
    if value in (None, "", [], {}) or isinstance(value, dict):
        return ""
    if isinstance(value, str):
        return f"`{value}`"
    return f"`{json.dumps(value)}`"


def _simple_type(schema: _Schema) -> str:
    kind = schema.get("type", "")
    if kind == "array" and "items" in schema:
        items = type_text(schema["items"])
        return f"list of {items}"
    if kind == "object":
        return _map_type(schema)
    if "pattern" in schema:
        pattern = schema["pattern"]
        return _PATTERNS.get(pattern, f"text like `{pattern}`")
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    if schema.get("maxLength") == 1:
        return "one character"
    basic = _BASIC.get(kind, "any value")
    return ", ".join([basic, *bounds])


def _map_type(schema: _Schema) -> str:
    by_pattern = schema.get("patternProperties", {})
    values = list(by_pattern.values())
    if _has_values(schema):
        values.append(schema["additionalProperties"])
    if not values:
        return "map"
    text = type_text(values[0])
    return f"map of {text}"


def _has_values(schema: _Schema) -> bool:
    return isinstance(schema.get("additionalProperties"), dict)
