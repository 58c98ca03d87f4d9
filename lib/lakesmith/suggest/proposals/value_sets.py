"""Propose the allowed values of text that repeats few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lakesmith.suggest.proposals.registry import proposal
from lakesmith.suggest.proposals.text_formats import format_of
from lakesmith.suggest.suggestion import Suggestion, check_id, spaced

if TYPE_CHECKING:
    from lakesmith.suggest.typed import TypedColumn

_MOST = 20
# Each value comes that often on average, else there may well be others.
_REPEATED = 10
_LONGEST = 64


@proposal
def value_sets(columns: Sequence[TypedColumn]) -> Iterator[Suggestion]:
    """Propose the values of each text column that repeats a few short ones."""
    for column in columns:
        if _is_set(column) and not format_of(column):
            yield _set(column)


def _is_set(column: TypedColumn) -> bool:
    if column.kind != "string" or column.is_secret:
        return False
    longest = max(map(len, column.values), default=0)
    is_small = 0 < column.distinct <= _MOST
    repeats = len(column.values) >= _REPEATED * column.distinct
    return is_small and repeats and longest <= _LONGEST


def _set(column: TypedColumn) -> Suggestion:
    counts = Counter(column.values)
    check = {
        "id": check_id(column.name, "known"),
        "check": "in_set",
        "column": column.name,
        "values": sorted(counts),
        "on_fail": "warn",
    }
    rarest = min(counts.values())
    total = spaced(len(column.values))
    support = (
        f"{len(counts)} different of {total} values, the rarest {spaced(rarest)} times"
    )
    return Suggestion(check, support, column.has_many)
