from __future__ import annotations

import json
from pathlib import Path

from lakesmith.spec.json_schema import schemas, write_schemas


def test_the_schemas_are_files_of_draft_2020_12(tmp_path: Path) -> None:
    files = write_schemas(tmp_path / "schema")
    assert [file.name for file in files] == [
        "project.schema.json",
        "source.schema.json",
        "table.schema.json",
        "check_set.schema.json",
    ]
    for file in files:
        schema = json.loads(file.read_text())
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        # A source is one of several types.
        refs = [one["$ref"].rpartition("/")[2] for one in schema.get("anyOf", [])]
        models = [schema["$defs"][name] for name in refs] or [schema]
        assert [model["additionalProperties"] for model in models] == [False] * len(models)


def test_keys_are_spelled_as_in_the_specs() -> None:
    table = schemas()["table.schema.json"]
    assert "from" in table["properties"] and "from_" not in table["properties"]
    assert table["required"] == ["from"]


def test_the_schema_of_a_project_fits_overlays() -> None:
    project = schemas()["project.schema.json"]
    assert "env" not in project["properties"]
    assert '"required"' not in json.dumps(project)


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    before = [file.read_bytes() for file in write_schemas(tmp_path)]
    assert [file.read_bytes() for file in write_schemas(tmp_path)] == before


def test_the_schemas_beside_the_specs_are_those_of_the_models(tmp_path: Path) -> None:
    for file in write_schemas(tmp_path):
        kept = Path(__file__).parents[2] / "conf" / "schema" / file.name
        assert kept.read_text(encoding="utf-8") == file.read_text(encoding="utf-8")
