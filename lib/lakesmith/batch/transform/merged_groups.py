"""Decide which aggregates can merge new rows into their groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.spec.step_effects import (
    changed_columns,
    gives_groups,
    groupings,
    is_user_function,
    options_of,
)
from lakesmith.transforms.mergeable_aggregates import Merge, merges_of

if TYPE_CHECKING:
    from lakesmith.spec.model import Column, Project, Table


def merges_in(project: Project, name: str) -> dict[str, Merge] | None:
    """Return how the measures of an aggregate are merged, or None when a group needs all rows.

    Parameters
    ----------
    project : Project
    name : str
        ``layer.table``.

    Returns
    -------
    dict of str to Merge, or None
        None too where a group can be other than what its rows came to: a check drops groups, a
        measure has a default or is rescued, a column that is read has a default that may have been
        another, a step before is the user's own function (which the spec says nothing of), or a
        window or `dedupe` (which see the new rows only).
    """
    spec = project.table(name)
    if spec.write.recompute_unit != "group" or spec.source_name or _alters_groups(spec):
        return None
    before, (step, *after) = split_at_aggregate(spec.steps)
    options = options_of(step)
    measures = options["measures"]
    given = {str(column).lower() for column in (*options["by"], *measures)}
    if not all(map(_is_row_wise, before)):
        return None
    if not all(_adds_others(one, given) for one in after):
        return None
    read = _columns_read(project, spec)
    if any(column.default is not None for column in read):
        return None
    return merges_of(measures)


def split_at_aggregate(
    steps: Sequence[str | dict[str, Any]],
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Part the row-wise steps before the `aggregate` step from it and what follows.

    Examples
    --------
    >>> split_at_aggregate(["a:b", {"aggregate": {}}, {"drop": ["x"]}])
    (['a:b'], [{'aggregate': {}}, {'drop': ['x']}])
    """
    places = (place for place, step in enumerate(steps) if gives_groups(step))
    first = next(places)
    return steps[:first], steps[first:]


def _alters_groups(spec: Table) -> bool:
    drops = any(check.on_fail == "drop" for check in spec.checks)
    has_default = any(column.default is not None for column in spec.columns.values())
    return (
        spec.nondeterministic
        or drops
        or has_default
        or spec.on_schema_change == "rescue"
    )


def _is_row_wise(step: str | Mapping[str, Any]) -> bool:
    """Tell whether a step gives a row what it gives it among all rows.

    Examples
    --------
    >>> (_is_row_wise({"filter": "units > 0"}),
    ...  _is_row_wise({"with_columns": {"n": "row_number() OVER (ORDER BY u)"}}))
    (True, False)
    >>> _is_row_wise("retail.profiles:described_profiles")
    False
    """
    return not is_user_function(step) and not groupings(step)


def _adds_others(step: str | Mapping[str, Any], given: set[str]) -> bool:
    changed = changed_columns(step)
    return bool(changed) and given.isdisjoint(changed) and _is_row_wise(step)


def _columns_read(project: Project, spec: Table) -> Iterator[Column]:
    for name in (spec.from_, *spec.inputs.values()):
        table = project.table(name)
        yield from table.columns.values()
