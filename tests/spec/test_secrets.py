from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from lakesmith.errors import ConfigError, Problem

Load = Callable[..., list[Problem]]
SILVER = "tables/silver/orders.yml"
HEAD = "from: bronze.orders\n"
SOURCE = "format: csv\npath: x\ncolumns: [OrderId, Amount, Day]\n"


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [
        ("sources/orders.yml", "db_password: hunter2\n", "sources.orders.db_password"),
        ("sources/orders.yml", "auth: {apiKey: hunter2}\n", "sources.orders.auth.apiKey"),
        ("sources/orders.yml", "token: 0123hunter2\n", "sources.orders.token"),
        ("sources/orders.yml", "secret: hunter2\n", "sources.orders.secret"),
        ("sources/orders.yml", "secrets: [hunter2]\n", "sources.orders.secrets"),
        ("sources/orders.yml", "description: jdbc:x://me:hunter2@host/db\n", "sources.orders.description"),
        ("sources/orders.yml", "description: https://host/x?token=hunter2\n", "sources.orders.description"),
        (SILVER, "steps:\n  - m:f: {access_key: hunter2}\n", "tables.silver.orders.steps.0.m:f.access_key"),
    ],
)
def test_a_literal_secret_is_refused_and_not_shown(problems: Load, file: str, text: str, key: str) -> None:
    found = problems({file: (SOURCE if file.startswith("sources") else HEAD) + text})
    secret = next(p for p in found if p.code == "LS116")
    assert (secret.file, secret.key) == (f"conf/{file}", key)
    assert "{secret: scope/key}" in secret.hint
    assert "hunter2" not in str(ConfigError(found))


@pytest.mark.parametrize("text", ["password: 0777\n", "password: [1:30\n", "password: !x 0777\n"])
def test_no_other_problem_shows_a_secret(problems: Load, text: str) -> None:
    found = problems({"base.yml": f"name: shop\n{text}"})
    assert found and not re.search("777|1:30", str(ConfigError(found)))


def test_a_set_secret_is_refused_and_not_shown(problems: Load) -> None:
    found = problems(sets=["sources.orders.password=hunter2", "secret:hunter2"])
    assert [p.code for p in found] == ["LS115", "LS116"]
    assert "hunter2" not in str(ConfigError(found))


@pytest.mark.parametrize(
    "text",
    [
        "steps: [rename: {Token: token}, cast: {access_key: string}]\n",
        "columns: {token_count: {type: int}, secret: {type: string}}\n",
        "description: see https://host:8080/@team\n",
    ],
)
def test_names_of_columns_are_no_secrets(problems: Load, text: str) -> None:
    assert problems({SILVER: HEAD + text}) == []


def test_a_reference_to_a_secret_is_no_secret(problems: Load) -> None:
    found = problems({"sources/orders.yml": SOURCE + "auth: {secret: prod/db}\n"})
    assert [p.code for p in found] == ["LS110"]
