"""Plan which versions of the inputs of a table came since its rows were computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.sources.live_versions import live_versions
from lakesmith.sources.slices import Span

if TYPE_CHECKING:
    from lakesmith.sources.base import Known, TableHead
    from lakesmith.sources.positions import Position
    from lakesmith.spec.model import Table

INPUTS = "inputs"


def followed(reader: Table, position: Position, known: Known) -> dict[str, Span]:
    """Return the versions of each input after those that the rows of a table were computed with.

    Parameters
    ----------
    reader : Table
    position : dict
        How far the table has read, with the version of each input.
    known : Known

    Returns
    -------
    dict of str to Span
        By the name of the input; empty for a table whose rows keep what its inputs held. `since` is
        None where no row was computed with this table, or with an older state of it.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lakesmith.spec.model import Table
    >>> spec = {"from": "silver.a", "inputs": {"c": "silver.c"}, "on_input_change": "recompute"}
    >>> known = SimpleNamespace(tables={"silver.c": SimpleNamespace(version=7, voids=[])})
    >>> position = {"to": 3, "inputs": {"c": {"table": "silver.c", "to": 5}}}
    >>> followed(Table.model_validate(spec), position, known)
    {'c': Span(name='silver.c', since=5, to=7, voids=())}
    """
    if not (reader.follows_inputs or reader.write.recomputes):
        return {}
    read = versions_read(reader, position, known)
    spans = {}
    for key, table in reader.inputs.items():
        head = known.tables[table]
        spans[key] = _span(table, read.get(key, {}), head)

    return spans


def versions_read(
    reader: Table, position: Position, known: Known
) -> Mapping[str, Mapping[str, Any]]:
    """Return the table and the version that each input had when the rows were computed.

    An older ledger has versions only, those of rows that are computed from scratch. They are taken
    for versions of the tables that the spec names.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lakesmith.spec.model import Table
    >>> write = {"strategy": "replace_all"}
    >>> spec = {"from": "silver.a", "inputs": {"c": "silver.c"}, "write": write}
    >>> known = SimpleNamespace(lookups={"c": 5})
    >>> versions_read(Table.model_validate(spec), {"to": 3}, known)
    {'c': {'table': 'silver.c', 'to': 5}}
    """
    if INPUTS in position:
        found: Mapping[str, Mapping[str, Any]] = position[INPUTS]
        return found
    if not reader.write.recomputes:
        return {}
    tables = reader.inputs.items()
    return {
        key: {"table": table, "to": known.lookups[key]}
        for key, table in tables
        if key in known.lookups
    }


def _span(table: str, read: Mapping[str, Any], head: TableHead) -> Span:
    newest = head.version or 0
    is_same_table = read.get("table") == table
    since = read["to"] if is_same_table else None
    if since is None or since > newest:
        return Span(table, None, newest)

    voids = [(low, high) for low, high in head.voids if high > since]
    return Span(table, since, newest, tuple(voids))


def is_unread(inputs: Mapping[str, Span]) -> bool:
    """Return whether the rows of a table were not computed with all of its inputs.

    Examples
    --------
    >>> is_unread({"c": Span("silver.c", None, 7)}), is_unread({})
    (True, False)
    """
    return any(span.since is None for span in inputs.values())


def moved(inputs: Mapping[str, Span]) -> dict[str, Span]:
    """Return the inputs that changed since the rows of a table were computed.

    Examples
    --------
    >>> list(moved({"c": Span("silver.c", 5, 7), "p": Span("silver.p", 5, 7, ((6, 7),))}))
    ['c']
    """
    return {key: span for key, span in inputs.items() if _has_moved(span)}


def _has_moved(span: Span) -> bool:
    if span.since is None:
        return False
    versions = live_versions(span.since, span.to, span.voids)
    return bool(versions)


def to_json(inputs: Mapping[str, Span]) -> dict[str, Any]:
    """Return the versions of inputs as plain data for the ledger.

    Examples
    --------
    >>> to_json({"c": Span("silver.c", 5, 7)})
    {'c': {'table': 'silver.c', 'since': 5, 'to': 7, 'voids': []}}
    """
    return {key: _span_to_json(span) for key, span in inputs.items()}


def _span_to_json(span: Span) -> dict[str, Any]:
    voids = [list(void) for void in span.voids]
    return {
        "table": span.name,
        "since": span.since,
        "to": span.to,
        "voids": voids,
    }


def from_json(data: Mapping[str, Any]) -> dict[str, Span]:
    """Read the versions of inputs back from the ledger.

    Examples
    --------
    >>> from_json(to_json({"c": Span("silver.c", 5, 7, ((6, 6),))}))
    {'c': Span(name='silver.c', since=5, to=7, voids=((6, 6),))}
    """
    return {key: _span_from_json(span) for key, span in data.items()}


def _span_from_json(data: Mapping[str, Any]) -> Span:
    voids = [(low, high) for low, high in data["voids"]]
    return Span(
        data["table"],
        data["since"],
        data["to"],
        tuple(voids),
    )


def read_up_to(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return how far each input was read, for the position behind a slice.

    Examples
    --------
    >>> read_up_to(to_json({"c": Span("silver.c", 5, 7)}))
    {'c': {'table': 'silver.c', 'to': 7}}
    """
    return {
        key: {"table": span["table"], "to": span["to"]} for key, span in data.items()
    }
