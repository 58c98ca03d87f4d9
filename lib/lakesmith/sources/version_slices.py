"""Name the versions of an upstream table that a batch reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.sources.followed_inputs import INPUTS, to_json
from lakesmith.sources.slices import Slice, Span
from lakesmith.spec.model.source_types import UPSTREAM

if TYPE_CHECKING:
    from lakesmith.sources.upstream_defaults import Defaults


def versions_slice(
    name: str,
    since: int | None,
    to: int,
    voids: Iterable[Sequence[int]] = (),
    defaults: Defaults | None = None,
    inputs: Mapping[str, Span] | None = None,
) -> Slice:
    """Return a slice of the versions of a table after `since` up to `to`.

    `defaults` are those by which its rows, and those of the tables to look up, are read, `inputs`
    the versions of the tables to look up whose changes compute rows again.

    Examples
    --------
    >>> versions_slice("bronze.orders", 3, 5, [(4, 4)]).data
    {'since': 3, 'to': 5, 'voids': [[4, 4]]}
    """
    spans = [list(span) for span in voids]
    data: dict[str, Any] = {"since": since, "to": to, "voids": spans}
    if defaults is not None:
        data["defaults"] = defaults
    if inputs:
        data[INPUTS] = to_json(inputs)
    return Slice(UPSTREAM, name, data)


def describe_versions(span: Span, changed: Mapping[str, Span]) -> str:
    """Return in words what a batch reads, and which changes of inputs touch rows.

    Examples
    --------
    >>> describe_versions(Span("silver.a", None, 5), {})
    'silver.a whole, version 5'
    >>> describe_versions(Span("silver.a", 3, 5), {"c": Span("silver.c", 6, 7)})
    'silver.a versions 4 to 5 and rows that silver.c versions 7 to 7 touch'
    """
    if span.since is None:
        return f"{span.name} whole, version {span.to}"

    parts = []
    if span.since < span.to:
        parts.append(f"{span.name} versions {span.since + 1} to {span.to}")
    for one in changed.values():
        first = (one.since or 0) + 1
        parts.append(f"rows that {one.name} versions {first} to {one.to} touch")

    return " and ".join(parts)
