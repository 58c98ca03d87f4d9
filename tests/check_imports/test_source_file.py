from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from lakesmith.check_imports.source_file import read_source
from lakesmith.errors import ConfigError
from tests.check_imports.reading import imported
from tests.cli.verbs import invoke


def refused(file: Path, tool: str | None = None) -> tuple[str, str, int]:
    arguments = ["import-checks", str(file), *(["--from", tool] if tool else [])]
    result = invoke(*arguments, "--format", "json")
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["error"]["problems"]
    assert problem["code"] == "LS176"
    return problem["what"], problem["hint"], problem["line"]


@pytest.mark.parametrize(
    ("name", "text", "what", "line"),
    [
        ("a.json", '{"expectations": [\n}', "not valid JSON: Expecting value", 2),
        ("a.yml", "models:\n  - name: a\n - b", "not valid YAML: ", 3),
        ("a.yml", "", "the file is empty", 0),
        ("a.yml", "a: 1\n---\nb: 2", "the file holds several YAML documents", 2),
        ("a.yml", "models: []\nmodels: []", "key 'models' again", 2),
        ("a.yml", "a: *b", "alias '*b' without its anchor", 1),
        ("a.yml", "a: 2024-13-01", "'2024-13-01' is no value: month must be in 1..12", 1),
        ("a.yml", "name: orders\nrows: 3", "no known tool has such files", 0),
        ("a.yml", "- 1\n- 2", "no known tool has such files", 0),
        ("a.json", "[" * 5000, "the file is nested too deeply", 0),
        ("a.yml", "a: " + "[" * 5000, "the file is nested too deeply", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, text: str, what: str, line: int) -> None:
    file = tmp_path / name
    file.write_text(text)
    said, _, at = refused(file)
    assert said.startswith(what)
    assert at == line


def test_a_missing_file_and_other_bytes_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yml")[0] == "the file cannot be read: No such file or directory"
    file = tmp_path / "a.yml"
    file.write_bytes(b"a: \xff")
    assert refused(file)[0] == "the file is not UTF-8 text (byte 3)"


def test_the_tool_must_fit_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("models: []")
    assert refused(file, "soda")[0] == "this is no file of Soda"
    assert refused(file, "dbd")[:2] == ("'dbd' is no tool", "did you mean 'dbt'?")


def test_a_file_of_two_tools_needs_its_name(tmp_path: Path) -> None:
    text = "models:\n  - {name: a, columns: [{name: id, tests: [not_null]}]}\nchecks for b: [row_count > 0]"
    with pytest.raises(ConfigError, match="several tools have such files"):
        imported(tmp_path, text)
    assert imported(tmp_path, text, tool="dbt").tables[0].table == "a"
    assert imported(tmp_path, text, tool="soda").tables[0].table == "b"


def test_values_are_read_as_other_tools_read_them(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("{a: yes, b: 2024-01-31, c: 1_000, d: '1', base: &x {e: 1}, f: {<<: *x, g: 2}}")
    found = read_source(file).plain()
    assert (found["a"], found["b"], found["c"], found["d"]) == (True, date(2024, 1, 31), 1000, "1")
    assert found["f"] == {"e": 1, "g": 2}


def test_json_is_read_by_its_own_rules(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{\n\t"a": 1e3,\n\t"b": "\\ud83d\\ude00",\n\t"c": null}')
    node = read_source(file)
    assert node.plain() == {"a": 1000.0, "b": "\U0001f600", "c": None}
    assert node.value["c"].origin.line == 4
