from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import ConfigError, InputError
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import read_ledger
from lakesmith.sources.registry import source_class
from lakesmith.spec.model import source_types as types
from lakesmith.tables.ref import table_ref
from tests.shop import Shop, by_table

SOURCE = "type: numbers\ncolumns: [number]\nlast: {last}\n"
TABLES = ["bronze.numbers"]


@pytest.fixture
def place() -> str:
    """Where the package says that its source is."""
    return "tests.sources.numbers_source:Numbers"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> Iterator[None]:
    """Install a package that names the source as its entry point."""
    found = tmp_path / "site" / "numbers-1.0.dist-info"
    found.mkdir(parents=True)
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: numbers\nVersion: 1.0\n")
    (found / "entry_points.txt").write_text(f"[lakesmith.sources]\nnumbers = {place}\n")
    monkeypatch.syspath_prepend(str(found.parent))
    yield
    types._registered.pop("numbers", None)


@pytest.fixture
def numbers(tmp_path: Path, spark: SparkSession, installed: None) -> Shop:
    """A bronze table of numbers, beside the shop."""
    return Shop(
        tmp_path / "shop",
        spark,
        {"sources/numbers": SOURCE.format(last=3), "tables/bronze/numbers": "from: sources.numbers\n"},
    )


def state(shop: Shop) -> TableState:
    ledger = table_ref(str(shop.root / "lake"), None, "ops.ledger")
    return read_ledger(None, ledger, "test").state("bronze.numbers")


def test_a_source_of_another_package_brings_what_is_new(numbers: Shop) -> None:
    plan = {table.table: table.new for table in numbers.lake.plan(select=TABLES).tables}
    assert plan == {"bronze.numbers": "new input of sources.numbers"}
    first = by_table(numbers.run(select=TABLES))["bronze.numbers"]
    assert (first.state, first.counts.read, numbers.rows("bronze.numbers")) == ("done", 3, [("1",), ("2",), ("3",)])
    assert by_table(numbers.run(select=TABLES))["bronze.numbers"].state == "nothing_new"
    numbers.spec("sources/numbers", SOURCE.format(last=5))
    second = numbers.run(select=TABLES)
    assert by_table(second)["bronze.numbers"].counts.read == 2
    assert state(numbers).positions == {"numbers:numbers": {"to": 5}}
    numbers.lake.rollback(second.run_id)
    assert state(numbers).positions == {"numbers:numbers": {"to": 3}}
    assert numbers.rows("bronze.numbers") == [("1",), ("2",), ("3",)]
    numbers.run(select=TABLES, rebuild=True)
    assert len(numbers.rows("bronze.numbers")) == 5


def test_its_fields_are_checked_by_its_own_model(numbers: Shop) -> None:
    numbers.spec("sources/numbers", "type: numbers\ncolumns: [number]\nlast: 0\nlats: 3\n")
    with pytest.raises(ConfigError) as caught:
        _ = numbers.lake
    text = str(caught.value)
    assert "numbers.yml:3" in text
    assert "a number above 0 expected" in text
    assert "unknown key 'lats'" in text
    assert "did you mean 'last'" in text


def test_a_type_that_no_package_has_is_named_with_its_line(numbers: Shop) -> None:
    numbers.spec("sources/numbers", "columns: [number]\ntype: numbres\n")
    with pytest.raises(
        ConfigError, match=r"(?s)'numbres' is not one of 'files', 'http', 'jdbc', 'kafka' or 'numbers'.*numbers\.yml:2"
    ):
        _ = numbers.lake
    with pytest.raises(InputError, match=r"LS215 no package has a source of type 'numbres'"):
        source_class("numbres")


def test_the_page_shows_it(root: Path) -> None:
    page = (root / "docs" / "extending.md").read_text().partition("\n## A source\n")[2]
    shown, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = ast.parse((root / "tests" / "sources" / "numbers_source.py").read_text())
    assert ast.dump(ast.parse(shown)) == ast.dump(ast.Module(code.body[1:], []))


@pytest.mark.parametrize("place", ["no_such_module:Numbers", "tests.sources.numbers_source:Nothing"])
def test_a_package_that_cannot_be_loaded_is_named(installed: None, place: str) -> None:
    with pytest.raises(ConfigError, match=f"LS215 the source type '{place}' cannot be loaded"):
        types.find_type("numbers")


@pytest.mark.parametrize("kind", ["files", "http", "jdbc", "kafka", "table"])
def test_a_type_whose_name_is_taken_is_refused(kind: str) -> None:
    taken = type("Mine", (), {"kind": kind, "spec": types.FilesSource})
    with pytest.raises(ConfigError, match=f"LS215 two types of source are named '{kind}'"):
        types.register_type(taken)
