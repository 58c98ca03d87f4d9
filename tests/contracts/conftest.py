"""Tables whose contracts are exchanged and compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lakesmith.spec.model import Table

SPEC: dict[str, Any] = {
    "description": "Orders of the shop.",
    "from": "bronze.orders",
    "contract": {
        "version": "1.2.0",
        "status": "active",
        "owner": "sales@example.com",
        "consumers": ["reporting", "finance@example.com"],
        "freshness": "36h",
        "slo": {"window": "7d", "records_passing": "99.5 %", "null_share": {"t": "1 %"}, "fresh_time": "99 %"},
    },
    "columns": {
        "n": {"type": "bigint", "nullable": False, "source": "No", "description": "number"},
        "m": {"type": "decimal(12,2)", "unit": "EUR", "default": "0.50"},
        "t": {"type": "string", "sensitivity": "confidential"},
        "d": {"type": "date", "format": "dd.MM.yyyy", "renamed_from": "day"},
        "s": {"type": "array<struct<Id:int,tags:map<string,double>>>"},
    },
    "write": {"strategy": "upsert", "keys": ["n", "t"], "sequence_by": ["d"], "partition_by": ["t"]},
}


@pytest.fixture
def table() -> Callable[..., Table]:
    """Make the table with some keys of its spec replaced; None leaves one out."""

    def make(**changes: Any) -> Table:
        spec = {**SPEC, **changes}
        return Table.model_validate({key: value for key, value in spec.items() if value is not None})

    return make
