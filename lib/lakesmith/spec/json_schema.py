"""Make JSON Schemas of the specs, for completion and checks in editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from lakesmith.spec.kinds import all_kinds, project_model


def schemas() -> dict[str, dict[str, Any]]:
    """Return each schema by its file name.

    Returns
    -------
    dict
        ``project.schema.json`` fits ``base.yml`` and every overlay, so nothing in it is required.
        The others, such as ``table.schema.json``, fit one file of a kind each.

    Examples
    --------
    >>> sorted(schemas())[:3]
    ['check_set.schema.json', 'project.schema.json', 'source.schema.json']
    """
    files = {f"{kind.noun}.schema.json": _schema(kind.model) for kind in all_kinds()}
    return {"project.schema.json": _project_schema(), **files}


def write_schemas(directory: Path) -> list[Path]:
    """Write the schemas into a directory, which is made when it is missing.

    Parameters
    ----------
    directory : Path

    Returns
    -------
    list of Path
        The files written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for name, schema in schemas().items():
        file = directory / name
        text = json.dumps(schema, indent=2, sort_keys=True)
        file.write_text(f"{text}\n", encoding="utf-8")
        files.append(file)
    return files


def _schema(model: Any) -> dict[str, Any]:
    schema = TypeAdapter(model).json_schema(by_alias=True)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


def _project_schema() -> dict[str, Any]:
    schema = _schema(project_model())
    del schema["properties"]["env"]
    optional: dict[str, Any] = _optional(schema)
    return optional


def _optional(part: Any) -> Any:
    """Return a part of a schema in which no key is required."""
    if isinstance(part, list):
        return [_optional(one) for one in part]
    if not isinstance(part, dict):
        return part
    is_list = isinstance(part.get("required"), list)
    kept = {key: one for key, one in part.items() if key != "required" or not is_list}
    return {key: _optional(one) for key, one in kept.items()}
