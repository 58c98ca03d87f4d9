"""Names that Delta accepts and that no table should have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import ConfigError
from tests.shop import Shop


@pytest.mark.parametrize("name", ["", "a`b", "a b", "a.b"], ids=["empty", "backtick", "blank", "dot"])
def test_a_column_name_that_needs_quotes_is_refused(make_shop: Callable[..., Shop], name: str) -> None:
    shop = make_shop({"tables/bronze/orders": f"from: sources.orders\ncolumns:\n  '{name}': {{type: string}}\n"})
    with pytest.raises(ConfigError) as caught:
        _ = shop.lake
    assert {problem.file.rsplit("/", 1)[-1] for problem in caught.value.problems} == {"orders.yml"}
