from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from lakesmith.spec.compile_specs import compile_specs, with_tables
from lakesmith.spec.kinds import KINDS, all_kinds, project_model, spec_depth
from lakesmith.spec.model import Project, Table

ORDERS = {"from": "silver.orders"}


def test_sources_come_before_tables() -> None:
    assert [kind.name for kind in all_kinds()][:2] == ["sources", "tables"]


def test_a_key_path_is_as_long_as_the_folders_are_deep() -> None:
    assert (KINDS["sources"].depth, KINDS["tables"].depth, spec_depth("warehouse")) == (2, 3, 0)


def test_a_kind_without_layers_is_flat() -> None:
    assert KINDS["sources"].flatten({"a": 1, "b": 2}) == {"sources.a": 1, "sources.b": 2}


def test_names_of_specs_follow_the_pattern() -> None:
    specs = TypeAdapter(KINDS["tables"].annotation())
    assert list(specs.validate_python({"gold": {"daily": ORDERS}})["gold"]) == ["daily"]
    with pytest.raises(ValidationError):
        specs.validate_python({"gold": {"Daily": ORDERS}})


def test_without_other_kinds_the_model_is_the_plain_one() -> None:
    assert project_model() is Project


def test_a_project_without_other_kinds_compiles_to_itself() -> None:
    project = Project.model_validate({"name": "shop", "tables": {"gold": {"daily": ORDERS}}})
    compiled = compile_specs(project)
    assert (list(compiled.tables), compiled.origins, compiled.findings) == (["gold.daily"], {}, [])
    assert with_tables(project, compiled.tables).table("gold.daily") == project.table("gold.daily")


def test_tables_are_put_in_the_order_of_layers() -> None:
    table = Table.model_validate(ORDERS)
    project = with_tables(Project(name="shop"), {"gold.b": table, "silver.a": table, "gold.a": table})
    assert project.table_names() == ("silver.a", "gold.b", "gold.a")
