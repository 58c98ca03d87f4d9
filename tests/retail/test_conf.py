"""The sample's specs, as every environment sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakesmith.spec.load import load_project
from lakesmith.transforms.steps.problems import step_problems

CONF = Path(__file__).resolve().parents[2] / "conf"
TABLES = {
    "bronze.order_lines", "bronze.crm_changes", "silver.order_lines", "silver.customers", "silver.customer_profiles",
    "silver.customer_invoices", "silver.products", "gold.daily_sales", "gold.customer_rfm",
    "gold.sales_enriched",
}  # fmt: skip


@pytest.mark.parametrize("env", ["local", "dev", "prod"])
def test_the_specs_of_every_environment_are_sound(env: str) -> None:
    assert set(load_project(CONF, env, {}, step_check=step_problems).project.table_names()) == TABLES


def test_every_column_of_silver_and_gold_is_described() -> None:
    project = load_project(CONF, "local", {}).project
    columns = {f"{name}.{column}": spec for name in TABLES for column, spec in project.table(name).columns.items()}
    assert [name for name, spec in columns.items() if not spec.description] == []


def test_numbers_that_are_amounts_have_a_unit() -> None:
    project = load_project(CONF, "local", {}).project
    columns = {f"{name}.{column}": spec for name in TABLES for column, spec in project.table(name).columns.items()}
    amounts = {name: spec for name, spec in columns.items() if spec.type.startswith(("decimal", "int", "bigint"))}
    assert [name for name, x in amounts.items() if not x.unit and not name.endswith("customer_id")] == []


def test_production_profiles_the_lines_fully_and_the_others_basically() -> None:
    project = load_project(CONF, "prod", {}).project
    assert project.profile_of("silver.order_lines").level == "full"
    assert project.profile_of("gold.daily_sales").level == "basic"
