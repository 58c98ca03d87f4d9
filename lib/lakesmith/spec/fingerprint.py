"""Hash a table's spec, so that the hash changes when the spec may give other rows."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

_LENGTH = 16
_DOCUMENTATION = {
    "description": True,
    "contract": True,
    "profile": True,
    "event_date": True,
    "on_schema_change": True,
    "on_refusal": True,
    "audit": True,
    "maintenance": True,
    "quarantine": True,
}
_WRITE = {"key_filter": True, "method": True}
_PER_ITEM = {"__all__": {"description": True}}
_PER_COLUMN = {"__all__": {"description": True, "renamed_from": True}}


def spec_hash(table: Table) -> str:
    """Return a short, stable hash of a table's spec.

    Settings that change no row do not count. These are descriptions, the contract block, profile,
    maintenance, quarantine, schema evolution, what a refusal does and where a batch is judged, and
    the method and key filter of the write. Defaults that are written out do not count either.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        Hexadecimal digits of a SHA-256.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> one = Table.model_validate({"from": "bronze.orders"})
    >>> same = Table.model_validate({"from": "bronze.orders", "description": "raw orders"})
    >>> spec_hash(one) == spec_hash(same)
    True
    >>> spec_hash(one) == spec_hash(Table.model_validate({"from": "bronze.lines"}))
    False
    """
    spec: dict[str, Any] = table.model_dump(
        mode="json",
        by_alias=True,
        exclude_defaults=True,
        exclude={
            **_DOCUMENTATION,
            "write": _WRITE,
            "checks": _PER_ITEM,
            "columns": _PER_COLUMN,
        },
    )
    write = table.write
    is_given = "unavailable_values" in write.model_fields_set
    if is_given and write.change_format == "debezium" and not write.placeholders:
        # Debezium has a placeholder by default, so that none is a setting.
        spec["write"]["unavailable_values"] = []
    # Keys of a map within a step keep their order: a later expression may use an earlier column.
    spec["steps"] = json.dumps(spec.get("steps", []))
    text = json.dumps(spec, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_LENGTH]
