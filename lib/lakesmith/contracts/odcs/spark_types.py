"""Describe a Spark type by the types of the standard."""

from __future__ import annotations

from typing import Any

from lakesmith.contracts.type_tree import SparkType, read_type

# The logical type of each Spark type, with its options.
LOGICAL: dict[str, tuple[str, dict[str, Any]]] = {
    "string": ("string", {}),
    "binary": ("string", {"format": "binary"}),
    "boolean": ("boolean", {}),
    "tinyint": ("integer", {"format": "i8"}),
    "smallint": ("integer", {"format": "i16"}),
    "int": ("integer", {"format": "i32"}),
    "bigint": ("integer", {"format": "i64"}),
    "float": ("number", {"format": "f32"}),
    "double": ("number", {"format": "f64"}),
    "decimal": ("number", {}),
    "date": ("date", {}),
    "timestamp": ("timestamp", {"timezone": True, "defaultTimezone": "Etc/UTC"}),
    "timestamp_ntz": ("timestamp", {"timezone": False}),
    "array": ("array", {}),
    "map": ("object", {}),
    "struct": ("object", {}),
}


def type_properties(text: str) -> dict[str, Any]:
    """Return the keys of a property that say its type. The physical type is that of Spark.

    Examples
    --------
    >>> type_properties("decimal(12,2)")
    {'logicalType': 'number', 'physicalType': 'decimal(12,2)'}
    >>> type_properties("array<int>")["items"]["logicalType"]
    'integer'
    """
    kind = read_type(text)
    if kind is None:
        return {"physicalType": text.strip()}
    return {**_of(kind), "physicalType": text.strip()}


def _of(kind: SparkType) -> dict[str, Any]:
    logical, options = LOGICAL[kind.family]
    said: dict[str, Any] = {"logicalType": logical}
    if options:
        said["logicalTypeOptions"] = dict(options)
    said["physicalType"] = str(kind)
    if kind.family == "array":
        said["items"] = _of(kind.parts[0])
    if kind.family == "struct":
        named = zip(kind.fields, kind.parts, strict=True)
        properties: list[dict[str, Any]] = []
        for name, part in named:
            said_of_part = _of(part)
            properties.append({"name": name, **said_of_part})

        said["properties"] = properties
    return said
