"""Read the raw input of a row from `_raw` and `_rescued`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import column_in
from lakesmith.columns import IMAGE_FIELD, RAW, RESCUED

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn

_STRUCT = "struct<"


def raw_field(columns: Mapping[str, str], name: str) -> Column | None:
    """Return a field of `_raw` as text, whatever the case of its name.

    Parameters
    ----------
    columns : mapping of str to str
        The columns on the frame and their types.
    name : str

    Returns
    -------
    Column or None
        None when there is no such field.

    Examples
    --------
    >>> df = spark.sql("select named_struct('Qty', 6) as _raw")
    >>> df.select(raw_field(dict(df.dtypes), "qty")).first()[0]
    '6'
    >>> raw_field({"qty": "int"}, "qty") is None
    True
    """
    fields = {field.lower(): field for field in _fields(columns.get(RAW, ""))}
    # The image of a change event comes before its envelope.
    of_image = fields.get(f"{IMAGE_FIELD}{name}".lower())
    field = of_image or fields.get(name.lower())
    if not field:
        return None
    return column_in(RAW, field).cast("string")


def raw_source(
    columns: Mapping[str, str], name: str, column: ContractColumn | None
) -> Column | None:
    """Return the raw text that a contract column was cast from, if it is at hand.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> qty = ContractColumn(type="int", source="Qty")
    >>> df = spark.sql("select named_struct('Qty', 6) as _raw")
    >>> df.select(raw_source(dict(df.dtypes), "amount", qty)).first()[0]
    '6'
    """
    source = column.source if column and column.source else name
    return raw_field(columns, source)


def rescued(columns: Mapping[str, str]) -> Column | None:
    """Return the rescued text of the row, if there is any.

    Examples
    --------
    >>> df = spark.sql("select '{}' as _rescued")
    >>> df.select(rescued(dict(df.dtypes))).first()[0]
    '{}'
    >>> rescued({"id": "int"}) is None
    True
    """
    field = raw_field(columns, RESCUED)
    if field is None and RESCUED in columns:
        return F.col(RESCUED)
    return field


def _fields(kind: str) -> Iterator[str]:
    """Yield the names of the outer fields of a struct type."""
    if not kind.startswith(_STRUCT):
        return
    depth = 0
    name = ""
    in_name = True
    for sign in kind.removeprefix(_STRUCT).removesuffix(">"):
        depth += sign in "<("
        depth -= sign in ">)"
        if depth == 0 and in_name and sign == ":":
            yield name
            name = ""
            in_name = False
        elif depth == 0 and sign == ",":
            in_name = True
        elif in_name:
            name += sign
