"""Find text that left its typed column empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Column

from lakesmith.column_refs import is_true, named
from lakesmith.quality.raw import is_raw_bytes, raw_source
from lakesmith.quality.rule import find
from lakesmith.transforms.text import is_blank

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn
    from lakesmith.spec.model import Table


def cast_columns(table: Table, columns: Mapping[str, str]) -> list[str]:
    """List the contract columns that were cast from text which is still at hand.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn, Table
    >>> table = Table(from_="bronze.orders", columns={"qty": ContractColumn(type="int")})
    >>> cast_columns(table, {"qty": "int", "_raw": "struct<qty:string>"})
    ['qty']
    """
    return [
        name
        for name, column in table.columns.items()
        if _may_be_lost(columns, name, column)
        and raw_source(columns, name, column) is not None
    ]


def _may_be_lost(columns: Mapping[str, str], name: str, column: ContractColumn) -> bool:
    """Return whether a value may not fit its column. All text has its own; bytes may have none."""
    kind = find(columns, name)
    if kind == "string":
        return is_raw_bytes(columns, name, column)
    return kind is not None


def text_lost(column: str, text: Column) -> Column:
    """Return whether the raw text of a column is not blank and the column is NULL, never NULL.

    Examples
    --------
    >>> df = spark.sql("select null as qty, 'six' as raw")
    >>> df.select(text_lost("qty", named("raw"))).first()[0]
    True
    """
    is_given = ~is_blank(text)
    has_text = is_true(is_given)
    return named(column).isNull() & has_text
