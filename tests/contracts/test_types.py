from __future__ import annotations

from typing import Any

import pytest

from lakesmith.contracts.odcs.element import Element
from lakesmith.contracts.odcs.logical_types import type_of
from lakesmith.contracts.odcs.notes import Notes
from lakesmith.contracts.odcs.physical_types import spark_type
from lakesmith.contracts.odcs.spark_types import LOGICAL, type_properties
from lakesmith.spec.values import column_types

EXACT = {
    "string": ("string", None),
    "binary": ("string", {"format": "binary"}),
    "boolean": ("boolean", None),
    "tinyint": ("integer", {"format": "i8"}),
    "smallint": ("integer", {"format": "i16"}),
    "int": ("integer", {"format": "i32"}),
    "bigint": ("integer", {"format": "i64"}),
    "float": ("number", {"format": "f32"}),
    "double": ("number", {"format": "f64"}),
    "decimal(12,2)": ("number", None),
    "date": ("date", None),
    "timestamp": ("timestamp", {"timezone": True, "defaultTimezone": "Etc/UTC"}),
    "timestamp_ntz": ("timestamp", {"timezone": False}),
    "array<int>": ("array", None),
    "map<string,int>": ("object", None),
    "struct<a:int>": ("object", None),
}
# Types that the logical type alone does not say.
BY_PHYSICAL = {"decimal(12,2)", "map<string,int>"}


def read(**data: Any) -> tuple[str, list[str]]:
    notes = Notes()
    element = Element(data, "column a", notes)
    return type_of(element, element.element("logicalTypeOptions"), ""), notes.lines()


def test_each_type_of_a_contract_is_here() -> None:
    composite = {name.partition("(")[0].partition("<")[0] for name in column_types._COMPOSITE}
    assert {name.partition("(")[0].partition("<")[0] for name in EXACT} == {*column_types._SIMPLE, *composite}
    assert set(LOGICAL) == {*column_types._SIMPLE, *composite}


@pytest.mark.parametrize("kind", EXACT)
def test_a_type_is_written(kind: str) -> None:
    said = type_properties(kind)
    assert (said["logicalType"], said.get("logicalTypeOptions"), said["physicalType"]) == (*EXACT[kind], kind)


@pytest.mark.parametrize("kind", EXACT)
def test_a_type_is_read(kind: str) -> None:
    assert read(**type_properties(kind)) == (kind, [])


@pytest.mark.parametrize("kind", sorted(set(EXACT) - BY_PHYSICAL))
def test_a_type_is_read_without_its_physical_type(kind: str) -> None:
    said = type_properties(kind)
    del said["physicalType"]
    assert read(**said) == (kind, [])


def test_the_parts_of_a_nested_type_are_written() -> None:
    said = type_properties("array<struct<a:int,b:date>>")
    assert [(one["name"], one["logicalType"]) for one in said["items"]["properties"]] == [
        ("a", "integer"),
        ("b", "date"),
    ]


@pytest.mark.parametrize(
    ("physical", "kind"),
    [
        ("BIGINT", "bigint"),
        ("STRUCT<Id: BIGINT, Name: STRING>", "struct<Id: bigint, Name: string>"),
        ("varchar(18)", "string"),
        ("varchar[15]", "string"),
        ("NUMERIC(8,2)", "decimal(8,2)"),
        ("number(9)", "decimal(9,0)"),
        ("double precision", "double"),
        ("timestamp with time zone", "timestamp"),
        ("numeric", ""),
        ("decimal(40,2)", ""),
        ("geometry", ""),
        ("time", ""),
        ("json", ""),
    ],
)
def test_a_physical_type_is_read(physical: str, kind: str) -> None:
    assert spark_type(physical) == kind


@pytest.mark.parametrize(
    ("server", "physical", "kind"),
    [
        ("postgres", "timestamp", "timestamp_ntz"),
        ("databricks", "timestamp", "timestamp"),
        ("snowflake", "timestamp", ""),
        ("sqlserver", "float", "double"),
        ("bigquery", "FLOAT", "double"),
        ("bigquery", "INTEGER", "bigint"),
        ("snowflake", "int", "decimal(38,0)"),
        ("oracle", "SMALLINT", "decimal(38,0)"),
        ("teradata", "float", "double"),
    ],
)
def test_a_name_means_what_its_server_means(server: str, physical: str, kind: str) -> None:
    assert spark_type(physical, server) == kind


@pytest.mark.parametrize(
    "data",
    [
        {"logicalType": "number"},
        {"logicalType": "time"},
        {"logicalType": "object"},
        {"logicalType": "array"},
        {"logicalType": "array", "items": {"logicalType": "number"}},
        {"logicalType": "integer", "logicalTypeOptions": {"format": "u64"}},
        {"logicalType": "object", "physicalType": "json"},
        {"logicalType": "number", "physicalType": "money"},
    ],
)
def test_a_type_that_is_not_known_is_reported(data: dict[str, Any]) -> None:
    kind, notes = read(**data)
    assert kind == "unknown" and any("type not known" in note for note in notes)


def test_an_integer_without_a_format_has_32_bits_as_the_standard_says() -> None:
    assert read(logicalType="integer") == ("int", [])


def test_types_that_differ_are_reported() -> None:
    kind, notes = read(logicalType="date", physicalType="timestamp")
    assert kind == "timestamp"
    assert notes == ["the types differ (logicalType 'date', physicalType 'timestamp'), timestamp is written: column a"]


def test_a_physical_type_of_another_system_is_reported() -> None:
    kind, notes = read(logicalType="string", physicalType="uuid")
    assert (kind, notes) == ("string", ["physicalType 'uuid' is not known, string is written: column a"])
