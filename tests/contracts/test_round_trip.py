"""What is exported and imported again is the same contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakesmith.contracts.odcs.document import document
from lakesmith.contracts.odcs.read_document import read_document
from lakesmith.contracts.odcs.skeleton import skeleton
from lakesmith.contracts.yaml_text import yaml_text
from lakesmith.spec.model import Check, Table
from lakesmith.spec.model.checks import check_from, check_models
from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.reader import read_yaml
from tests.contracts.every_check import CHECKS

NAMES = [f"{one['check']}_{index}" for index, one in enumerate(CHECKS)]
WITH_IDS = [{"id": name, **one} for name, one in zip(NAMES, CHECKS, strict=True)]


def again(table: Table, directory: Path) -> Table:
    """Return the table after its document and its skeleton have been files."""
    file = directory / "orders.odcs.yaml"
    file.write_text(yaml_text(document("shop", "silver.orders", table)))
    spec = directory / "orders.yml"
    spec.write_text(yaml_text(skeleton(read_document(file)).spec))
    problems: list[Any] = []
    node = read_yaml(spec, problems)
    assert node is not None and problems == []
    return Table.model_validate(node.plain())


def by_id(table: Table) -> dict[str, Check]:
    return {check.id: check for check in table.checks}


def test_each_kind_of_check_is_here() -> None:
    ours = {name for name, model in check_models().items() if model.__module__.startswith("lakesmith.")}
    assert {one["check"] for one in CHECKS} == ours


@pytest.mark.parametrize("check", WITH_IDS, ids=NAMES)
def test_a_check_comes_back(check: dict[str, Any], table: Callable[..., Table], tmp_path: Path) -> None:
    made = again(table(checks=[check]), tmp_path)
    assert by_id(made) == {check["id"]: check_from(check)}


def test_all_of_a_table_comes_back(table: Callable[..., Table], tmp_path: Path) -> None:
    old = table(checks=WITH_IDS)
    new = again(old, tmp_path)
    assert (new.columns, new.write, new.contract) == (old.columns, old.write, old.contract)
    assert (new.description, by_id(new)) == (old.description, by_id(old))


@pytest.mark.parametrize(
    "write",
    [
        {"strategy": "append"},
        {"strategy": "scd2", "keys": ["t", "n"], "sequence_by": ["d"]},
        {"strategy": "upsert", "keys": ["computed", "n"], "sequence_by": ["d"]},
        {"strategy": "append", "partition_by": ["t", "d"]},
    ],
)
def test_keys_come_back(write: dict[str, Any], table: Callable[..., Table], tmp_path: Path) -> None:
    old = table(write=write)
    new = again(old, tmp_path)
    assert (new.write, new.columns) == (old.write, old.columns)


def test_a_table_without_a_contract_gets_none_of_its_terms(table: Callable[..., Table], tmp_path: Path) -> None:
    new = again(table(contract=None, columns=None, write=None), tmp_path)
    assert new.contract is not None and new.contract.model_dump(exclude_unset=True) == {"status": "active"}
    assert (new.columns, new.write.keys) == ({}, ())


SIMPLE = ["string", "binary", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double"]
TIMES = ["date", "timestamp", "timestamp_ntz"]
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
DECIMALS = st.tuples(st.integers(1, 38), st.integers(0, 38)).map(lambda one: f"decimal({max(one)},{min(one)})")


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    fields = st.lists(NAME, min_size=1, max_size=3, unique_by=str.lower)
    structs = fields.flatmap(
        lambda names: st.tuples(*[inner] * len(names)).map(
            lambda kinds: "struct<" + ",".join(f"{n}:{k}" for n, k in zip(names, kinds, strict=True)) + ">"
        )
    )
    maps = st.tuples(inner, inner).map(lambda pair: f"map<{pair[0]},{pair[1]}>")
    return inner.map(lambda kind: f"array<{kind}>") | maps | structs


TYPES = st.recursive(st.sampled_from(SIMPLE + TIMES) | DECIMALS, nested, max_leaves=5).filter(
    lambda kind: not type_problem(kind)
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=12).map(str.strip)
COLUMN = st.fixed_dictionaries(
    {"type": TYPES},
    optional={
        "nullable": st.booleans(),
        "description": TEXT,
        "sensitivity": st.sampled_from(["public", "pii", "no", "1e3"]),
        "unit": st.sampled_from(["EUR", "%", "null", "0x10"]),
        "default": st.sampled_from([0, 1.5, True, "a", "0.10", "NO", ""]),
        "source": NAME,
    },
)
COLUMNS = st.dictionaries(NAME, COLUMN, min_size=1, max_size=4)


@settings(deadline=None)
@given(columns=COLUMNS, count=st.integers(0, 3))
def test_any_columns_come_back(columns: dict[str, Any], count: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    keys = list(columns)[::-1][:count]
    write = {"strategy": "upsert", "keys": keys} if keys else {}
    old = Table.model_validate({"from": "bronze.orders", "columns": columns, "write": write})
    new = again(old, tmp_path_factory.mktemp("law"))
    assert (new.columns, new.write) == (old.columns, old.write)
