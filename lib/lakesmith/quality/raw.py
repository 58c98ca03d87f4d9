"""The row as it arrived: the fields of `_raw`, and the text that did not parse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.columns import RAW, RESCUED, quoted
from lakesmith.spec.model import Column as ContractColumn


def raw_field(columns: Mapping[str, str], name: str) -> Column | None:
    """Return a field of `_raw` as text, whatever the case of its name; None when there is no such field."""
    fields = {field.lower(): field for field in _fields(columns.get(RAW, ""))}
    field = fields.get(name.lower())
    return None if field is None else F.col(f"{RAW}.{quoted(field)}").cast("string")


def raw_source(
    columns: Mapping[str, str], name: str, column: ContractColumn | None
) -> Column | None:
    """Return the raw text that a contract column was cast from; None when it is not at hand."""
    source = column.source if column and column.source else name
    return raw_field(columns, source)


def rescued(columns: Mapping[str, str]) -> Column | None:
    """Return the rescued text of the row, from `_raw` or from the frame itself; None when there is none."""
    field = raw_field(columns, RESCUED)
    if field is not None:
        return field
    return F.col(RESCUED) if RESCUED in columns else None


def _fields(kind: str) -> Iterator[str]:
    """Read the field names of a type such as ``struct<a:int,b:struct<c:int>>``."""
    depth = 0
    name = ""
    in_name = True
    for sign in (
        kind.removeprefix("struct<").removesuffix(">")
        if kind.startswith("struct<")
        else ""
    ):
        depth += (sign in "<(") - (sign in ">)")
        if depth == 0 and in_name and sign == ":":
            yield name
            name = ""
            in_name = False
        elif depth == 0 and sign == ",":
            in_name = True
        elif in_name:
            name += sign
