from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.load import load_project

Load = Callable[..., list[Problem]]
Write = Callable[..., Path]


def test_an_overlay_merges_maps_and_replaces_lists(project: Write) -> None:
    overlay = (
        "sources: {orders: {columns: [OrderId, Amount, Day, Note], batch: {max_files: 3}}}\nprofile: {level: full}\n"
    )
    loaded = load_project(project({"prod.yml": overlay, "base.yml": "name: shop\nprofile: {columns: [a]}\n"}), "prod")
    source = loaded.project.sources["orders"]
    assert (source.columns, source.batch.max_files, source.path) == (
        ("OrderId", "Amount", "Day", "Note"),
        3,
        "in/orders",
    )
    assert (loaded.project.profile.level, loaded.project.profile.columns, loaded.project.env) == (
        "full",
        ("a",),
        "prod",
    )


def test_only_the_named_overlay_applies(project: Write) -> None:
    conf = project({"local.yml": "warehouse: ./l\n", "prod.yml": "catalog: prod\n"})
    assert load_project(conf).project.catalog is None
    assert load_project(conf, "prod").project.warehouse == "./warehouse"


@pytest.mark.parametrize("path", ["/data/a=b", "NO", "123", "true", "[x]", "a: b # c", "12:30", "~", "", "null", "010"])
def test_a_set_path_is_taken_literally(project: Write, path: str) -> None:
    loaded = load_project(project(), sets=[f"warehouse={path}", f"sources.orders.path={path}"])
    assert (loaded.project.warehouse, loaded.project.sources["orders"].path) == (path, path)


def test_a_set_value_has_its_yaml_type(project: Write) -> None:
    sets = ["parallel=4", "sources.orders.optional=true", 'tables.gold.daily.properties."delta.x"=5', "catalog=main"]
    loaded = load_project(project(), sets=sets)
    assert loaded.project.parallel == 4
    assert loaded.project.sources["orders"].optional is True
    assert loaded.project.table("gold.daily").properties == {"delta.x": "5"}
    assert loaded.project.catalog == "main"


def test_a_decimal_of_more_digits_than_a_float_is_set_exactly(project: Write) -> None:
    overlay = "tables: {silver: {orders: {columns: {extra: {type: 'decimal(38,18)'}}}}}\n"
    default = "tables.silver.orders.columns.extra.default=0.123456789012345678"
    loaded = load_project(project({"local.yml": overlay}), sets=[default])
    assert loaded.project.table("silver.orders").columns["extra"].default == "0.123456789012345678"


def test_an_overlay_with_such_a_decimal_is_refused(problems: Load) -> None:
    (found,) = problems({"local.yml": "name: shop\nprofile: {level: full}\nfreshness: 0.123456789012345678\n"})
    assert (found.code, found.file, found.line) == ("LS108", "conf/local.yml", 3)


def test_a_mapping_gives_values_as_they_are(project: Write, tmp_path: Path) -> None:
    sets = {"warehouse": tmp_path, "sources.orders": {"columns": ["OrderId", "Amount", "Day"]}, "parallel": 3}
    loaded = load_project(project(), sets=sets)
    assert (loaded.project.warehouse, loaded.project.parallel) == (str(tmp_path), 3)
    assert loaded.project.sources["orders"].path == "in/orders"


def test_a_later_set_wins(project: Write) -> None:
    assert load_project(project(), sets=["parallel=3", "parallel=5"]).project.parallel == 5


@pytest.mark.parametrize(
    ("setting", "code", "key", "hint"),
    [
        ("parallel", "LS115", "", "write key.path=value"),
        ("a..b=1", "LS115", "a..b", "write key.path=value"),
        (".".join("a" * 5000) + "=1", "LS115", ".".join("a" * 5000), "write key.path=value"),
        ("env=prod", "LS115", "env", "choose the environment with --env"),
        ("sources.order.path=x", "LS114", "sources.order", "did you mean 'orders'?"),
        ("tables.sliver.orders.from=x", "LS114", "tables.sliver", "did you mean 'silver'?"),
        ("tables.silver.order.from=x", "LS114", "tables.silver.order", "did you mean 'orders'?"),
        ("warehous=x", "LS110", "warehous", "did you mean 'warehouse'?"),
        ("parallel=many", "LS112", "parallel", ""),
        ("parallel=0", "LS112", "parallel", ""),
        ("sources.orders.optional=yes", "LS112", "sources.orders.optional", ""),
    ],
)
def test_each_wrong_setting_is_named(problems: Load, setting: str, code: str, key: str, hint: str) -> None:
    (problem,) = problems(sets=[setting])
    assert (problem.code, problem.file, problem.key) == (code, "--set", key)
    assert hint in problem.hint


def test_a_problem_of_an_overlay_points_into_the_overlay(problems: Load) -> None:
    found = problems({"local.yml": "tables:\n  silver:\n    orders:\n      write: {keys: [nope]}\n"})
    assert [(p.code, p.file, p.line, p.key) for p in found] == [
        ("LS131", "conf/local.yml", 4, "tables.silver.orders.write.keys.0")
    ]
