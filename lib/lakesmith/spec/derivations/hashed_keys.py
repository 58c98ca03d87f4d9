"""Say of which columns the hashes are made that are keys, and how these are spelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lakesmith.spec.step_effects import name_of, options_of
from lakesmith.spec.values.check_literals import EXACT

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

_DECIMAL = re.compile(r"decimal\(\d+, *(\d+)\)")


def hashed_keys(table: Table) -> dict[str, list[str]]:
    """Return the fields of each hash that is a key, with the spelling of their values.

    Parameters
    ----------
    table : Table

    Returns
    -------
    dict of str to list of str
        Of columns without a contract only the names are known.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> step = {"hash_key": {"name": "k", "of": ["id", "price"]}}
    >>> columns = {"id": {"type": "int"}, "price": {"type": "decimal(6,2)"}}
    >>> write = {"strategy": "upsert", "keys": ["k"], "when_matched": "ignore"}
    >>> spec = {"from": "bronze.a", "columns": columns, "steps": [step], "write": write}
    >>> hashed_keys(Table.model_validate(spec))
    {'k': ['id whole', 'price decimal 2']}
    """
    keys = {name.lower() for name in table.write.keys}
    kinds = {name.lower(): column.type for name, column in table.columns.items()}
    found: dict[str, list[str]] = {}
    for step in table.steps:
        options = options_of(step)
        name = str(options.get("name", "")).lower()
        if name_of(step) != "hash_key" or name not in keys:
            continue
        fields = options.get("of", ())
        names = fields if isinstance(fields, list | tuple) else (fields,)
        found[name] = [_field(str(one).lower(), kinds) for one in names]
    return found


def _field(name: str, kinds: dict[str, str]) -> str:
    return f"{name} {spelling(kinds.get(name, ''))}".rstrip()


def spelling(kind: str) -> str:
    """Return what types have in common whose equal values have one text.

    Examples
    --------
    >>> spelling("bigint"), spelling("decimal(9,0)"), spelling("decimal(6,2)"), spelling("float")
    ('whole', 'whole', 'decimal 2', 'floating point')
    """
    decimal = _DECIMAL.fullmatch(kind)
    if kind in EXACT or (decimal and decimal[1] == "0"):
        return "whole"
    if decimal:
        return f"decimal {decimal[1]}"
    return "floating point" if kind in ("float", "double") else kind
