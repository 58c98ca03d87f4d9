"""Read a document of the standard as the skeleton of a table spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lakesmith.contracts.odcs.document import NO_VERSION
from lakesmith.contracts.odcs.element import Element, refused
from lakesmith.contracts.odcs.notes import Notes
from lakesmith.contracts.odcs.quality.read_rules import checks_of, identifier
from lakesmith.contracts.odcs.quality.write_rules import check_fields
from lakesmith.contracts.odcs.read_agreement import contract_block
from lakesmith.contracts.odcs.read_columns import Columns, names_in_order
from lakesmith.contracts.odcs.read_document import table_element, version_note
from lakesmith.spec.model import Table
from lakesmith.spec.yaml.provenance import dotted

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import Check

# Keys that say nothing of a table.
_IDENTITY = ("apiVersion", "kind", "id", "name")
_KEYED = "upsert"


@dataclass(frozen=True)
class Skeleton:
    """Hold a table spec as plain data, and what the document says beyond it."""

    spec: dict[str, Any]
    notes: tuple[str, ...]


def skeleton(data: dict[str, Any], name: str = "") -> Skeleton:
    """Return the table spec that a document says.

    Parameters
    ----------
    data : dict
        The document.
    name : str
        Table of the document; empty for the only one.

    Returns
    -------
    Skeleton

    Raises
    ------
    ConfigError
        LS179 when a part of the document has the wrong shape, or the table is not there.

    Examples
    --------
    >>> key = {"name": "id", "logicalType": "string", "required": True}
    >>> data = {"apiVersion": "v3.1.0", "schema": [{"name": "orders", "properties": [key]}]}
    >>> skeleton(data).spec["columns"]
    {'id': {'type': 'string', 'nullable': False}}
    """
    notes = Notes()
    version_note(data, notes)
    root = Element(data, "", notes)
    for key in _IDENTITY:
        root.take(key)
    element = table_element(root, name)
    columns = Columns()
    for one in element.entries("properties"):
        columns.add(one, _server(root))
    of_table = checks_of(element, "")
    unique = columns.unique_checks()
    checks = [*columns.checks, *of_table, *unique]
    block = contract_block(root)
    if block.get("version") == NO_VERSION:
        del block["version"]
    spec: dict[str, Any] = {
        "description": _description(root, element),
        "from": _upstream(element),
        "contract": block,
        "columns": columns.columns,
        "checks": [_entry(check) for check in _with_own_ids(checks)],
        "write": _write(element, columns),
    }
    element.finish()
    root.finish()
    said = {key: value for key, value in spec.items() if value}
    _require_valid(said)
    return Skeleton(said, tuple(notes.lines()))


def _require_valid(spec: dict[str, Any]) -> None:
    try:
        Table.model_validate(spec)
    except ValidationError as error:
        found = error.errors()
        problems = [f"{dotted(one['loc'])}: {one['msg']}" for one in found]
        what = f"the document makes no table spec: {'; '.join(problems)}"
        raise refused(what) from error


def _server(root: Element) -> str:
    """Return the type of the only server, whose names of types the document uses."""
    servers = root.data.get("servers")
    types = {
        str(one.get("type"))
        for one in (servers if isinstance(servers, list) else ())
        if isinstance(one, dict)
    }
    return types.pop() if len(types) == 1 else ""


def _description(root: Element, element: Element) -> str:
    about = root.element("description")
    purpose = about.text("purpose")
    about.finish()
    own = element.text("description")
    if purpose and own and purpose != own:
        root.notes.add(
            "the purpose of the document is left out, the table has its own text"
        )
    return own or purpose


def _upstream(element: Element) -> str:
    for key in ("id", "physicalName", "logicalType", "physicalType"):
        element.take(key)
    upstream = f"bronze.{identifier(element.text('name'))}"
    what = f"what the table reads is not said, from: {upstream} is written"
    element.notes.add(what)
    return upstream


def _write(element: Element, columns: Columns) -> dict[str, Any]:
    own = element.ours()
    written = own.get("write")
    settings = dict(written) if isinstance(written, dict) else {}
    keys = names_in_order(columns.keys) or own.get("keys")
    if keys and "strategy" not in settings:
        what = f"how rows are written is not said, strategy: {_KEYED} is written"
        element.notes.add(what)
        settings = {"strategy": _KEYED, **settings}
    placed = {"keys": keys, "partition_by": names_in_order(columns.partitions)}
    given = {key: value for key, value in placed.items() if value}
    return {**settings, **given}


def _entry(check: Check) -> dict[str, Any]:
    description = {"description": check.description} if check.description else {}
    return {"id": check.id, **check_fields(check), **description}


def _with_own_ids(checks: list[Check]) -> list[Check]:
    """Return checks of which no two have the same id."""
    taken: set[str] = set()
    found: list[Check] = []
    for check in checks:
        name = check.id
        number = 1
        while name in taken:
            number += 1
            name = f"{check.id}_{number}"
        taken.add(name)
        found.append(check.model_copy(update={"id": name}))
    return found
