from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.load import load_project

Load = Callable[..., list[Problem]]
Write = Callable[..., Path]
SILVER = "tables/silver/orders.yml"
HEAD = "from: bronze.orders\n"


def test_a_project_is_the_tree_of_its_files(project: Write) -> None:
    loaded = load_project(project())
    assert loaded.project.table_names() == ("bronze.orders", "silver.orders", "gold.daily")
    assert loaded.project.table("silver.orders").from_ == "bronze.orders"
    assert loaded.project.sources["orders"].path == "in/orders"


def test_every_value_has_an_origin(project: Write) -> None:
    conf = project({"local.yml": "# here\nwarehouse: ./lake\ntables: {silver: {orders: {description: x}}}\n"})
    loaded = load_project(conf, sets=["parallel=4", "sources.orders.path=/in"])
    assert loaded.origin("name") == "conf/base.yml:1"
    assert loaded.origin("warehouse") == "conf/local.yml:2"
    assert loaded.origin("parallel") == "--set"
    assert loaded.origin("sources.orders.path") == "--set"
    assert loaded.origin("sources.orders.columns.1") == "conf/sources/orders.yml:3"
    assert loaded.origin("tables.silver.orders.columns.amount.type") == "conf/tables/silver/orders.yml:4"
    assert loaded.origin("tables.silver.orders.description") == "conf/local.yml:3"
    assert loaded.origin("catalog") == "default"


def test_no_such_directory() -> None:
    with pytest.raises(ConfigError) as caught:
        load_project(Path("no/such/conf"))
    assert [p.code for p in caught.value.problems] == ["LS101"]
    assert "lakesmith init" in caught.value.problems[0].hint


def test_an_unknown_environment_lists_the_known_ones(problems: Load) -> None:
    (problem,) = problems({"prod.yml": "", "dev.yml": ""}, env="x")
    assert (problem.code, problem.hint) == ("LS102", "known environments: dev, local, prod")


@pytest.mark.parametrize("env", ["../conf/prod", "base", ""])
def test_an_environment_is_a_file_of_its_own(problems: Load, env: str) -> None:
    assert [p.code for p in problems({"prod.yml": ""}, env=env)] == ["LS102"]


def test_base_is_needed(project: Write) -> None:
    conf = project()
    (conf / "base.yml").unlink()
    with pytest.raises(ConfigError) as caught:
        load_project(conf)
    assert [(p.code, p.what) for p in caught.value.problems] == [("LS101", "no file 'conf/base.yml'")]


@pytest.mark.parametrize(
    ("file", "text", "code", "line", "key", "what"),
    [
        ("base.yml", "warehouse: x\n", "LS111", 1, "name", "missing key 'name'"),
        ("base.yml", "name: shop\nenv: prod\n", "LS110", 2, "env", "'env' does not belong here"),
        ("base.yml", "name: shop\ntables: {}\n", "LS110", 2, "tables", "'tables' does not belong here"),
        ("base.yml", "name: shop\nsources: {}\n", "LS110", 2, "sources", "'sources' does not belong here"),
        ("base.yml", "name: My Shop\n", "LS112", 1, "name", "'My Shop' is not allowed here"),
        ("base.yml", "name: shop\nversion: 2\n", "LS118", 2, "version", "spec version 2 is not known"),
        ("base.yml", "name: 5\n", "LS112", 1, "name", "5 found, text expected"),
        ("base.yml", "name: shop\nprofile:\n  levl: basic\n", "LS110", 3, "profile.levl", "unknown key 'levl'"),
        ("local.yml", "env: prod\n", "LS110", 1, "env", "'env' does not belong here"),
        ("local.yml", "tables:\n  silver:\n    order: {sql: x}\n", "LS114", 3, "tables.silver.order", None),
        ("local.yml", "sources:\n  order: {path: x}\n", "LS114", 2, "sources.order", None),
        ("local.yml", "sources: null\n", "LS112", 1, "sources", "nothing found, a map expected"),
        ("sources/Bad-Name.yml", "", "LS113", 0, "sources", "file name 'Bad-Name.yml' is not allowed"),
        ("sources/b.yaml", "", "LS113", 0, "sources", "file name 'b.yaml' is not allowed"),
        ("tables/orders.yml", "", "LS113", 0, "tables", "'orders.yml' is not a layer"),
        (SILVER, "sql: SELECT 1\n", "LS111", 1, "tables.silver.orders.from", "missing key 'from'"),
        (SILVER, "from_: bronze.orders\nfrom: bronze.orders\n", "LS110", 1, "tables.silver.orders.from_", None),
        (SILVER, "from: orders\n", "LS112", 1, "tables.silver.orders.from", "'orders' is not allowed here"),
        (SILVER, HEAD + "colums: {}\n", "LS110", 2, "tables.silver.orders.colums", "unknown key 'colums'"),
        (SILVER, HEAD + "columns:\n  a b: {type: int}\n", "LS113", 3, "tables.silver.orders.columns.a b", None),
        (SILVER, HEAD + "columns:\n  a: {}\n", "LS111", 3, "tables.silver.orders.columns.a.type", None),
        (SILVER, HEAD + "checks:\n", "LS112", 2, "tables.silver.orders.checks", "nothing found, a list expected"),
        (SILVER, HEAD + "write: {keys: id}\n", "LS112", 2, "tables.silver.orders.write.keys", None),
        (SILVER, HEAD + "write:\n  strategy: upsrt\n", "LS112", 3, "tables.silver.orders.write.strategy", None),
        (SILVER, HEAD + "steps:\n  - trim\n  - 3\n", "LS112", 4, "tables.silver.orders.steps.1", None),
        (SILVER, HEAD + "nondeterministic: 'true'\n", "LS112", 2, "tables.silver.orders.nondeterministic", None),
        (SILVER, HEAD + "inputs: {c: sources.orders}\n", "LS112", 2, "tables.silver.orders.inputs.c", None),
        ("sources/orders.yml", "format: csv\npath: x\ncolumns: []\n", "LS112", 3, "sources.orders.columns", None),
        ("sources/orders.yml", "format: avro\npath: x\ncolumns: [a]\n", "LS112", 1, "sources.orders.format", None),
    ],
)  # fmt: skip
def test_each_mistake_of_shape_has_its_place(
    problems: Load, file: str, text: str, code: str, line: int, key: str, what: str | None
) -> None:
    (problem,) = problems({file: text})
    assert (problem.code, problem.file, problem.line, problem.key) == (code, f"conf/{file}", line, key)
    assert what is None or problem.what == what


def test_an_unknown_layer_is_named(problems: Load) -> None:
    (problem,) = problems({"tables/platinum/x.yml": ""})
    assert (problem.code, problem.file) == ("LS113", "conf/tables/platinum")


def test_near_misses_are_suggested(problems: Load) -> None:
    found = problems({SILVER: HEAD + "colums: {}\nwrite: {strategy: upsrt, key: [id]}\n"})
    assert [p.hint for p in found] == ["did you mean 'columns'?", "did you mean 'keys'?", "did you mean 'upsert'?"]


def test_all_mistakes_are_listed_at_once(problems: Load) -> None:
    files = {
        "base.yml": "name: shop\nparalel: 3\n",
        "sources/orders.yml": "format: csv\npath: in\ncolumns: [OrderId, Amount, Day]\noptional: yes\n",
        SILVER: "from: bronze.ordes\nfrom: bronze.orders\nwrite: {strategy: upsrt}\n",
        "tables/gold/daily.yml": "from: silver.nope\nchecks:\n  - {id: a, check: regex, column: x}\n",
    }
    found = problems(files, sets=["sources.x.path=1"])
    assert [(p.code, p.file, p.line) for p in found] == [
        ("LS114", "--set", 0),
        ("LS110", "conf/base.yml", 2),
        ("LS108", "conf/sources/orders.yml", 4),
        ("LS120", "conf/tables/gold/daily.yml", 1),
        ("LS140", "conf/tables/gold/daily.yml", 3),
        ("LS104", "conf/tables/silver/orders.yml", 2),
        ("LS112", "conf/tables/silver/orders.yml", 3),
    ]


PIECES = (
    "from|write|steps|checks|columns|: |:|\n|  |- |{|}|[|]|,|'|\"|#|&a |*a|!t |<<|? |>|%|@|---\n|\t|\0|NO|0777|null|é"
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES.split("|")), max_size=25))
def test_no_text_ends_in_another_exception(project: Write, pieces: list[str]) -> None:
    conf = project({SILVER: "".join(pieces)})
    try:
        load_project(conf)
    except ConfigError as error:
        assert all(problem.code and problem.what and problem.where for problem in error.problems)


def test_an_unknown_key_of_a_source_has_the_keys_of_its_type(problems: Load) -> None:
    found = problems({"sources/orders.yml": "format: csv\npath: in\ncolumns: [id]\npatern: '*.csv'\n"})
    assert [(one.code, one.line, one.hint) for one in found if one.code == "LS110"] == [
        ("LS110", 4, "did you mean 'pattern'?")
    ]
