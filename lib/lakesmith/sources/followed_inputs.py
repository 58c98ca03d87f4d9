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
        By the name of the input; empty for a table that keeps what its inputs held. `since` is None
        where no row was computed with this table, or with an older state of it.

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
    if not reader.follows_inputs:
        return {}
    read = position.get(INPUTS, {})
    return {
        key: _span(table, read.get(key, {}), known.tables[table])
        for key, table in reader.inputs.items()
    }


def _span(table: str, read: Mapping[str, Any], head: TableHead) -> Span:
    newest = head.version or 0
    since = read["to"] if read.get("table") == table else None
    if since is None or since > newest:
        return Span(table, None, newest)
    voids = tuple((low, high) for low, high in head.voids if high > since)
    return Span(table, since, newest, voids)


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
    return {
        key: span
        for key, span in inputs.items()
        if span.since is not None and live_versions(span.since, span.to, span.voids)
    }


def to_json(inputs: Mapping[str, Span]) -> dict[str, Any]:
    """Return the versions of inputs as plain data for the ledger.

    Examples
    --------
    >>> to_json({"c": Span("silver.c", 5, 7)})
    {'c': {'table': 'silver.c', 'since': 5, 'to': 7, 'voids': []}}
    """
    return {
        key: {
            "table": span.name,
            "since": span.since,
            "to": span.to,
            "voids": [list(void) for void in span.voids],
        }
        for key, span in inputs.items()
    }


def from_json(data: Mapping[str, Any]) -> dict[str, Span]:
    """Read the versions of inputs back from the ledger.

    Examples
    --------
    >>> from_json(to_json({"c": Span("silver.c", 5, 7, ((6, 6),))}))
    {'c': Span(name='silver.c', since=5, to=7, voids=((6, 6),))}
    """
    return {
        key: Span(
            span["table"],
            span["since"],
            span["to"],
            tuple((low, high) for low, high in span["voids"]),
        )
        for key, span in data.items()
    }


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
