"""Whole files of each tool give exactly these checks, and say exactly this of the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakesmith.check_imports.import_file import import_checks
from lakesmith.errors import Problem
from lakesmith.spec.load import load_project
from lakesmith.spec.yaml.reader import read_yaml
from tests.check_imports.reading import imported
from tests.cli.verbs import data, invoke

SAMPLES = Path(__file__).with_name("samples")
FILES = sorted(file.name for file in SAMPLES.glob("*") if ".expected." not in file.name)
DOCS = Path(__file__).parents[2] / "docs" / "checks.md"


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_these_checks(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(SAMPLES)
    result = invoke("import-checks", name)
    expected = Path(name).with_suffix("")
    assert result.exit_code == 0
    assert result.stdout == (SAMPLES / f"{expected}.expected.yml").read_text("utf-8")
    assert result.stderr == (SAMPLES / f"{expected}.expected.txt").read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_the_yaml_holds_the_checks(tmp_path: Path, name: str) -> None:
    answer = data("import-checks", str(SAMPLES / name))
    documents = answer["yaml"].split("\n---\n")
    assert len(documents) == len(answer["tables"])
    for document, table in zip(documents, answer["tables"], strict=True):
        file = tmp_path / "one.yml"
        file.write_text(document, encoding="utf-8")
        problems: list[Problem] = []
        node = read_yaml(file, problems)
        assert problems == []
        assert node is not None and node.plain() == {"checks": table["checks"]}


@pytest.mark.parametrize("name", FILES)
def test_a_table_takes_the_checks(tmp_path: Path, name: str) -> None:
    answer = data("import-checks", str(SAMPLES / name))
    files = {
        "base.yml": "name: shop\nwarehouse: lake\n",
        "sources/orders.yml": "path: in\nformat: csv\ncolumns: [id]\n",
        "tables/bronze/orders.yml": "from: sources.orders\n",
        "tables/bronze/customers.yml": "from: sources.orders\n",
        "tables/silver/customers.yml": "from: bronze.customers\n",
    }
    for place, document in enumerate(answer["yaml"].split("\n---\n")):
        files[f"tables/silver/t{place}.yml"] = f"from: bronze.orders\n{document}\n"
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    load_project(tmp_path, "local")


def _pairs() -> list[tuple[str, str]]:
    section = DOCS.read_text("utf-8").partition("## From another tool")[2].partition("\n## ")[0]
    blocks = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    return list(zip(blocks[::2], blocks[1::2], strict=True))


@pytest.mark.parametrize(("source", "expected"), _pairs(), ids=["great_expectations", "soda", "dbt", "dqx"])
def test_the_examples_of_the_docs(tmp_path: Path, source: str, expected: str) -> None:
    file = tmp_path / "file"
    file.write_text(source, encoding="utf-8")
    result = invoke("import-checks", str(file))
    assert result.stderr == ""
    assert result.stdout.partition("\n")[2] == expected


def test_json_says_what_is_not_imported(tmp_path: Path) -> None:
    file = tmp_path / "checks.yml"
    file.write_text("checks for orders:\n  - row_count > 0\n  - row_count same as customers\n")
    answer = data("import-checks", str(file))
    assert (answer["tool"], answer["tables"][0]["table"]) == ("soda", "orders")
    (lost,) = answer["not_imported"]
    assert (lost["line"], lost["key"], lost["what"]) == (3, "checks for orders.1", "row_count same as customers")


def test_each_entry_is_a_check_or_is_listed() -> None:
    found = import_checks(SAMPLES / "dqx_checks.yml")
    entries = (SAMPLES / "dqx_checks.yml").read_text().count("check:")
    made = sum(len(table.checks) for table in found.tables)
    # One of them is for two columns.
    assert made + len(found.not_imported) == entries + 1


def test_ids_are_made_once(tmp_path: Path) -> None:
    text = "checks for orders: [row_count > 0, row_count > 1]"
    (table,) = imported(tmp_path, text).tables
    assert [one.check["id"] for one in table.checks] == ["row_count", "row_count_2"]
