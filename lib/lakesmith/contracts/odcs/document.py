"""Write the contract of a table as a document of the standard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.agreement import agreement
from lakesmith.contracts.odcs.columns import primary_key, properties
from lakesmith.contracts.odcs.element import custom
from lakesmith.contracts.odcs.quality.write_rules import quality_rules
from lakesmith.spec.model.contract import Contract

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

API_VERSION = "v3.1.0"
# The version of a contract that says none.
NO_VERSION = "0.0.0"
WRITTEN = ("strategy", "sequence_by", "stored_as_scd_type", "when_matched")


def document(project: str, name: str, table: Table) -> dict[str, Any]:
    """Return the contract of a table as an ODCS document.

    Parameters
    ----------
    project : str
        Name of the project.
    name : str
        ``layer.table``.
    table : Table

    Returns
    -------
    dict
        Plain data in the order of the standard.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> table = Table.model_validate({"from": "bronze.orders", "columns": {"id": {"type": "int"}}})
    >>> found = document("shop", "silver.orders", table)
    >>> found["id"], found["status"], found["schema"][0]["properties"][0]["logicalType"]
    ('shop.silver.orders', 'active', 'integer')
    """
    contract = table.contract or Contract()
    short = name.partition(".")[2]
    purpose = {"description": {"purpose": table.description}}
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"{project}.{name}",
        "name": name,
        "version": contract.version or NO_VERSION,
        "status": contract.status,
        **(purpose if table.description else {}),
        "schema": [_object(short, name, table)],
        **agreement(contract, short),
    }


def export_notes(table: Table) -> Iterator[str]:
    """Yield what a document does not say of a table.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> table = Table.model_validate({"from": "bronze.orders", "steps": ["drop_duplicates"]})
    >>> for note in export_notes(table):
    ...     print(note)
    no contract.version: the document has version 0.0.0
    the table has no columns in its spec: the document has none either
    steps or sql may change the columns: the document has those of the spec
    """
    if not (table.contract and table.contract.version):
        yield f"no contract.version: the document has version {NO_VERSION}"
    if not table.columns:
        yield "the table has no columns in its spec: the document has none either"
    if table.steps or table.sql:
        yield "steps or sql may change the columns: the document has those of the spec"
    unknown = [key for key in table.write.keys if key not in table.columns]
    if unknown and table.columns:
        yield f"keys without a type in the spec: {', '.join(unknown)}"


def _object(short: str, name: str, table: Table) -> dict[str, Any]:
    names = (*table.columns, *primary_key(table))
    rules = quality_rules(table.checks, names)
    written = table.write.model_dump(
        mode="json", include=set(WRITTEN), exclude_defaults=True
    )
    hidden = [] if primary_key(table) else list(table.write.keys)
    own = {"write": written or None, "keys": hidden or None}
    said: dict[str, Any] = {
        "name": short,
        "physicalName": name,
        "logicalType": "object",
        "physicalType": "table",
        "description": table.description or None,
        "properties": properties(table, rules) or None,
        "quality": rules.get("") or None,
        "customProperties": list(custom(own)) or None,
    }
    return {key: value for key, value in said.items() if value is not None}
