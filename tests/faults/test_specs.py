"""Names and keys that Delta accepts and that no table should have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import ConfigError, RunFailed
from tests.shop import Shop


@pytest.mark.parametrize("name", ["", "a`b", "a b", "a.b"], ids=["empty", "backtick", "blank", "dot"])
def test_a_column_name_that_needs_quotes_is_refused(make_shop: Callable[..., Shop], name: str) -> None:
    shop = make_shop({"tables/bronze/orders": f"from: sources.orders\ncolumns:\n  '{name}': {{type: string}}\n"})
    with pytest.raises(ConfigError) as caught:
        _ = shop.lake
    assert {problem.file.rsplit("/", 1)[-1] for problem in caught.value.problems} == {"orders.yml"}


def test_a_key_that_is_no_plain_value_is_one_clear_error(make_shop: Callable[..., Shop]) -> None:
    steps = "from: bronze.orders\nsteps: [with_columns: {parts: \"split(Sku, '-')\"}]\n"
    spec = f"{steps}write: {{strategy: upsert, keys: [parts], when_matched: ignore}}\n"
    shop = make_shop({"tables/silver/lines": spec})
    shop.land("a.csv", ["1,A-1,1,1.00,2026-01-01,1,I"])
    with pytest.raises(RunFailed, match=r"LS511 the key column 'parts' is array<string>"):
        shop.run(select=["bronze.orders", "silver.lines"])
