"""Follow the keys of an upstream through the steps of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.spec.change_semantics import has_keys_of, read_from
from lakesmith.spec.derivations.origin import origin
from lakesmith.spec.step_effects import (
    Step,
    changed_columns,
    derived_columns,
    is_user_function,
    name_of,
)
from lakesmith.spec.steps import lowered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lakesmith.spec.model import Table

# Steps whose columns say the same as those that they are made of.
_KEEPING = ("rename", "hash_key", "with_columns")
# The keys of the upstream that a column stands for.
Lineage = dict[str, frozenset[str]]


def keys_are_others(table: Table, upstream: Table) -> bool:
    """Return whether a table surely has other keys than its upstream, whatever its steps do.

    A column that SQL, a join or a function of the user makes may stand for any key.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> upstream = Table(from_="bronze.a", write=Write(strategy="upsert", keys=("id",)))
    >>> upper = Table(
    ...     from_="silver.a", steps=({"upper": ["id"]},), write=upstream.write
    ... )
    >>> keys_are_others(upper, upstream), keys_are_others(upstream, upstream)
    (True, False)
    """
    of_upstream = lowered(upstream.write.keys)
    lineage: Lineage = {}
    known = lowered((*table.columns, *upstream.columns, *upstream.write.keys))
    for name in known:
        key = read_from(table, name).lower()
        lineage[name] = frozenset({key}) & of_upstream
    for step in table.steps:
        lineage = _after(step, lineage)
    return _differ([lineage.get(key.lower()) for key in table.write.keys], of_upstream)


def has_other_sequence(table: Table, upstream: Table) -> bool:
    """Return whether a table and its upstream choose the newest row of a key by other columns.

    What SQL or a function of the user makes of a column is not known, and not judged.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> by_key = {"strategy": "upsert", "keys": ("id",)}
    >>> upstream = Table(from_="bronze.a", write=Write(**by_key, sequence_by=("seq",)))
    >>> table = Table(from_="silver.a", write=Write(**by_key, sequence_by=("at",)))
    >>> has_other_sequence(table, upstream), has_other_sequence(upstream, upstream)
    (True, False)
    """
    chooses = table.write.keeps_newest and not table.write.keeps_history
    if not (chooses and upstream.write.keeps_newest and has_keys_of(table, upstream)):
        return False
    own = [origin(table, name) for name in table.write.sequence_by]
    is_known = bool(own) and None not in own
    return is_known and own != [name.lower() for name in upstream.write.sequence_by]


def _differ(found: list[frozenset[str] | None], of_upstream: frozenset[str]) -> bool:
    given = [keys for keys in found if keys is not None]
    if not all(given):
        return True
    is_known = len(given) == len(found)
    return is_known and frozenset[str]().union(*given) != of_upstream


def _after(step: Step, lineage: Mapping[str, frozenset[str]]) -> Lineage:
    """Return what the columns stand for behind a step. One that is not known is left out."""
    if is_user_function(step):
        return {}
    derived = derived_columns(step)
    name = name_of(step)
    after = {
        column: keys
        for column, keys in lineage.items()
        if column not in changed_columns(step)
    }
    for column, sources in derived.items():
        if sources is None or name == "cast" or not sources <= lineage.keys():
            continue
        if column in sources:
            # Changed in place, two values may become one.
            after[column] = frozenset()
        elif name in _KEEPING:
            after[column] = frozenset[str]().union(*(lineage[one] for one in sources))
    return after
