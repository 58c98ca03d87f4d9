"""JSON Schemas of the specs, for completion and checks in editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from lakesmith.spec.model import FilesSource, Model, Project, Table


def schemas() -> dict[str, dict[str, Any]]:
    """Return each schema under its file name.

    Returns
    -------
    dict
        ``project.schema.json`` fits ``base.yml`` and every overlay, so nothing in it is required;
        ``source.schema.json`` and ``table.schema.json`` fit one file each.

    Examples
    --------
    >>> sorted(schemas())
    ['project.schema.json', 'source.schema.json', 'table.schema.json']
    """
    return {
        "project.schema.json": _project_schema(),
        "source.schema.json": _schema(FilesSource),
        "table.schema.json": _schema(Table),
    }


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
        file.write_text(
            json.dumps(schema, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        files.append(file)
    return files


def _schema(model: type[Model]) -> dict[str, Any]:
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **model.model_json_schema(by_alias=True),
    }


def _project_schema() -> dict[str, Any]:
    schema = _schema(Project)
    del schema["properties"]["env"]
    for part in (schema, *schema["$defs"].values()):
        part.pop("required", None)
    return schema
