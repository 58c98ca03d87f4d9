"""A kind of spec from outside the package: ``counters/*.yml``, each of which becomes a gold table."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec import kinds
from lakesmith.spec.graph import waves
from lakesmith.spec.json_schema import schemas
from lakesmith.spec.kinds import Kind, register_kind
from lakesmith.spec.load import load_project
from lakesmith.spec.model import ColumnName, Model, TableName
from tests.shop import Shop

Load = Callable[..., list[Problem]]
Write = Callable[..., Path]
COUNTER = "counters/orders.yml"
SOUND = "of: silver.orders\nby: day\n"


class Counter(Model):
    """Counts the rows of a table by one column."""

    of: TableName
    by: ColumnName


def compile_counter(name: str, counter: Counter) -> dict[str, dict[str, object]]:
    step = {"aggregate": {"by": [counter.by], "measures": {"n": "count(*)"}}}
    write = {"strategy": "aggregate", "keys": [counter.by]}
    return {f"gold.{name}_count": {"from": counter.of, "steps": [step], "write": write}}


@pytest.fixture(autouse=True)
def counters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    register_kind(Kind("counters", "counter", Counter, compile=compile_counter))
    yield


def test_a_spec_of_the_kind_is_a_table_like_others(project: Write) -> None:
    loaded = load_project(project({COUNTER: SOUND}))
    assert loaded.project.table_names() == ("bronze.orders", "silver.orders", "gold.daily", "gold.orders_count")
    assert loaded.project.table("gold.orders_count").write.keys == ("day",)
    assert waves(loaded.project)[-1] == ("gold.daily", "gold.orders_count")
    assert loaded.origin("tables.gold.orders_count") == "conf/counters/orders.yml:1"


def test_other_tables_can_read_it(problems: Load) -> None:
    reader = "from: silver.orders\ninputs: {n: gold.orders_count}\nwrite: {strategy: replace_all}\n"
    assert problems({COUNTER: SOUND, "tables/gold/reader.yml": reader}) == []


@pytest.mark.parametrize(
    ("files", "code", "file", "key"),
    [
        ({COUNTER: SOUND + "bye: x\n"}, "LS110", COUNTER, "counters.orders.bye"),
        ({COUNTER: "of: silver.nope\nby: day\n"}, "LS120", COUNTER, "tables.gold.orders_count.from"),
        ({"counters/Bad.yml": SOUND}, "LS113", "counters/Bad.yml", "counters"),
        ({"local.yml": "counters: {order: {by: x}}\n"}, "LS114", "local.yml", "counters.order"),
        ({"base.yml": "name: shop\ncounters: {}\n"}, "LS110", "base.yml", "counters"),
    ],
)
def test_each_mistake_has_its_place(problems: Load, files: dict[str, str], code: str, file: str, key: str) -> None:
    (problem,) = problems(files)
    assert (problem.code, problem.file, problem.key) == (code, f"conf/{file}", key)


def test_a_broken_spec_makes_its_readers_no_mistake(problems: Load) -> None:
    reader = "from: silver.orders\ninputs: {n: gold.orders_count}\nwrite: {strategy: replace_all}\n"
    found = problems({COUNTER: "of: silver.orders\n", "tables/gold/reader.yml": reader})
    assert [(p.code, p.key) for p in found] == [("LS111", "counters.orders.by")]


def test_two_specs_cannot_make_one_table(problems: Load) -> None:
    (problem,) = problems(
        {COUNTER: SOUND, "tables/gold/orders_count.yml": "from: silver.orders\nwrite: {strategy: replace_all}\n"}
    )
    assert (problem.code, problem.file) == ("LS171", "conf/counters/orders.yml")
    assert problem.what == "'counters.orders' and 'tables.gold.orders_count' both make the table 'gold.orders_count'"


def test_a_wrong_table_is_reported_at_its_spec(problems: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Kind("counters", "counter", Counter, compile=lambda name, _: {f"gold.{name}": {"sql": "SELECT 1"}})
    monkeypatch.setitem(kinds.KINDS, "counters", broken)
    (problem,) = problems({COUNTER: SOUND})
    assert (problem.code, problem.file, problem.key) == ("LS172", "conf/counters/orders.yml", "counters.orders")
    assert problem.what == "compiles to a wrong table: gold.orders.from: Field required"


def test_editors_get_its_schema() -> None:
    assert schemas()["counter.schema.json"]["required"] == ["of", "by"]
    assert "counters" in schemas()["project.schema.json"]["properties"]


@pytest.mark.parametrize("name", ["counters", "tables", "profile"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="LS173"):
        register_kind(Kind(name, "thing", Counter))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install a package with a module ``toy`` whose ``KIND`` is an entry point."""

    def install(code: str) -> None:
        metadata = tmp_path / "toy-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[lakesmith.kinds]\ntallies = toy:KIND\n")
        (tmp_path / "toy.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "toy", raising=False)
        kinds.installed_kinds.cache_clear()

    yield install
    kinds.installed_kinds.cache_clear()


TALLY = (
    "from lakesmith.spec.kinds import Kind\n"
    "from lakesmith.spec.model import Model\n"
    "class Tally(Model):\n"
    "    of: str\n"
    "KIND = Kind('{name}', 'tally', Tally)\n"
)


def test_a_package_registers_by_an_entry_point(project: Write, package: Callable[[str], None]) -> None:
    package(TALLY.format(name="tallies"))
    loaded = load_project(project({"tallies/a.yml": "of: x\n"}))
    assert loaded.project.tallies["a"].of == "x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (TALLY.format(name="counters"), "the kind of spec 'counters' has the name of another kind or setting"),
        ("KIND = 1\n", "the kind of spec 'toy:KIND' cannot be loaded: int is not a Kind"),
        ("import no_such_module\n", "the kind of spec 'toy:KIND' cannot be loaded: No module named 'no_such_module'"),
    ],
)
def test_a_package_that_cannot_be_used_is_named(
    project: Write, package: Callable[[str], None], code: str, what: str
) -> None:
    package(code)
    with pytest.raises(ConfigError) as caught:
        load_project(project())
    assert [(p.code, p.what) for p in caught.value.problems] == [("LS173", what)]


def test_the_kind_of_the_page_works(
    project: Write, package: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "extending.md").read_text("utf-8")
    code, _, spec = re.findall(r"```(?:python|toml|yaml)\n(.*?)```", page, re.DOTALL)[:3]
    monkeypatch.delitem(kinds.KINDS, "counters")
    package(code)
    loaded = load_project(project({COUNTER: spec}))
    assert loaded.project.table("gold.orders_count").write.keys == ("day",)


def test_its_tables_are_built_by_a_run(tmp_path: Path, spark: SparkSession) -> None:
    shop = Shop(tmp_path / "shop", spark, {"counters/orders": "of: silver.orders\nby: day\n"})
    shop.land("a.csv", ["1,A,2,1.00,2026-01-01,1,I", "2,B,1,1.00,2026-01-01,1,I", "3,B,1,1.00,2026-01-02,1,I"])
    shop.run(select=["bronze.orders", "silver.orders", "gold.orders_count"])
    assert shop.rows("gold.orders_count") == [(date(2026, 1, 1), 2), (date(2026, 1, 2), 1)]
