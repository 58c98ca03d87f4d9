"""Write the columns of a table as properties of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.element import custom
from lakesmith.contracts.odcs.spark_types import type_properties
from lakesmith.spec.model.checks import Unique

if TYPE_CHECKING:
    from lakesmith.spec.model import Column, Table

_Rules = Mapping[str, Sequence[dict[str, Any]]]


def properties(table: Table, rules: _Rules) -> list[dict[str, Any]]:
    """Return one property for each column, with its quality rules.

    Parameters
    ----------
    table : Table
    rules : mapping
        Quality rules by column.

    Returns
    -------
    list of dict
        A key that is no column of the contract comes last, without a type.
    """
    unknown = [name for name in primary_key(table) if name not in table.columns]
    columns = table.columns.items()
    found = [_property(table, name, column) for name, column in columns]
    found += [{"name": name, **_places(table, name)} for name in unknown]
    return [_with_rules(one, rules.get(one["name"], ())) for one in found]


def primary_key(table: Table) -> tuple[str, ...]:
    """Return the columns of which the table has one row for each value.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> write = {"strategy": "scd2", "keys": ["id"]}
    >>> table = Table.model_validate({"from": "bronze.orders", "write": write})
    >>> primary_key(table)
    ()
    """
    return () if table.write.keeps_history else table.write.keys


def _property(table: Table, name: str, column: Column) -> dict[str, Any]:
    is_unique = any(
        isinstance(check, Unique)
        and check.columns == (name,)
        and check.on_fail != "warn"
        for check in table.checks
    )
    said: dict[str, Any] = {
        "name": name,
        "description": column.description or None,
        **type_properties(column.type),
        "required": True if not column.nullable else None,
        "unique": is_unique or None,
        "classification": column.sensitivity,
        **_places(table, name),
        "customProperties": list(custom(_own(column))) or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _own(column: Column) -> dict[str, Any]:
    names = ("unit", "default", "source", "format", "renamed_from")
    return {name: getattr(column, name) for name in names}


def _places(table: Table, name: str) -> dict[str, Any]:
    """Return where a column stands in the key and in the partition columns."""
    said: dict[str, Any] = {}
    keys = primary_key(table)
    if name in keys:
        said |= {"primaryKey": True, "primaryKeyPosition": keys.index(name) + 1}
    partitions = table.write.partition_by
    if name in partitions:
        place = partitions.index(name) + 1
        said |= {"partitioned": True, "partitionKeyPosition": place}
    return said


def _with_rules(
    found: dict[str, Any], rules: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    return {**found, "quality": list(rules)} if rules else found
