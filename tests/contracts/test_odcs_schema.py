"""Exported documents are valid by the JSON schema that the standard publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator  # type: ignore[import-untyped]
from open_data_contract_standard.model import OpenDataContractStandard

from lakesmith.contracts.odcs.document import document
from lakesmith.contracts.yaml_text import yaml_text
from lakesmith.spec.model import Table
from tests.contracts.every_check import CHECKS

SCHEMA = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8"))
VALIDATOR = Draft201909Validator(SCHEMA)
WITH_IDS = [{"id": f"c{index}", **one} for index, one in enumerate(CHECKS)]


def problems(data: Any) -> list[str]:
    return [f"{one.json_path}: {one.message}" for one in VALIDATOR.iter_errors(data)]


def exported(table: Table) -> Any:
    return yaml.safe_load(yaml_text(document("shop", "silver.orders", table)))


def test_the_schema_is_that_of_the_version_that_is_written(table: Callable[..., Table]) -> None:
    assert exported(table())["apiVersion"] == SCHEMA["properties"]["apiVersion"]["default"] == "v3.1.0"


@pytest.mark.parametrize(
    "changes",
    [
        {"checks": WITH_IDS},
        {"checks": None, "contract": None, "description": None},
        {"columns": None, "write": None},
        {"write": {"strategy": "scd2", "keys": ["n"], "sequence_by": ["d"]}},
    ],
)
def test_a_document_is_valid(changes: dict[str, Any], table: Callable[..., Table]) -> None:
    assert problems(exported(table(**changes))) == []


def test_other_tools_read_a_document(table: Callable[..., Table]) -> None:
    text = yaml_text(document("shop", "silver.orders", table(checks=WITH_IDS)))
    read = OpenDataContractStandard.from_string(text)
    assert read.schema_ is not None and read.schema_[0].properties is not None
    assert [one.name for one in read.schema_[0].properties] == ["n", "m", "t", "d", "s"]


def test_the_schema_finds_a_mistake(table: Callable[..., Table]) -> None:
    wrong = exported(table())
    wrong["schema"][0]["properties"][0]["logicalType"] = "bigint"
    assert problems(wrong) != []
