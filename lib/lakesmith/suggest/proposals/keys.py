"""Propose the key of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from lakesmith.suggest.proposals.registry import proposal
from lakesmith.suggest.suggestion import Suggestion, check_id, spaced
from lakesmith.types import WHOLE, family

if TYPE_CHECKING:
    from lakesmith.suggest.typed import TypedColumn

# The better key comes first: a moment rarely names a row.
_KINDS = (*WHOLE, "string", "decimal", "date", "timestamp", "timestamp_ntz")
_NAMES = (*WHOLE, "string")
_MOST_COLUMNS = 12


@proposal
def keys(columns: Sequence[TypedColumn]) -> Iterator[Suggestion]:
    """Propose the first column whose values all differ, else two columns that do together."""
    candidates = _candidates(columns)
    single = [column for column in candidates if column.is_unique]
    if single:
        yield _unique(single[:1])
        return
    pairs = combinations(candidates[:_MOST_COLUMNS], 2)
    found = next((pair for pair in pairs if _differ(*pair)), None)
    if found:
        yield _unique(found)


def _candidates(columns: Sequence[TypedColumn]) -> list[TypedColumn]:
    usable = [
        column
        for column in columns
        if family(column.kind) in _KINDS and not column.nulls and column.distinct > 1
    ]
    return sorted(usable, key=lambda column: column.kind not in _NAMES)


def _differ(one: TypedColumn, other: TypedColumn) -> bool:
    most = one.distinct * other.distinct
    if most < one.rows:
        return False
    pairs = set(zip(one.values, other.values, strict=True))
    return len(pairs) == one.rows


def _unique(columns: Sequence[TypedColumn]) -> Suggestion:
    names = [column.name for column in columns]
    rows = spaced(columns[0].rows)
    check = {
        "id": check_id("_".join(names), "unique"),
        "check": "unique",
        "columns": names,
        "on_fail": "warn",
    }
    return Suggestion(check, f"{rows} different in {rows} rows", columns[0].has_many)
