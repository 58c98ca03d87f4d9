"""Freeze the statistics of a published table as a new version of its reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from lakesmith.errors import InputError
from lakesmith.freezing.measure import (
    has_groups,
    is_measured,
    measure_all,
    measure_groups,
)
from lakesmith.ledger.publications import newest
from lakesmith.observe.references import (
    ROW_COUNT,
    References,
    reference_name,
    statistic_row,
)
from lakesmith.quality.profile import secret_columns
from lakesmith.runs.lock import project_lock
from lakesmith.spec.step_kinds.large_joins import HOT_KEYS
from lakesmith.spec.step_kinds.resolve import (
    needed_statistics,
    optional_statistics,
)
from lakesmith.spec.step_kinds.statistics import Statistic, Value
from lakesmith.spec.yaml.provenance import suggest
from lakesmith.tables.ref import project_table
from lakesmith.transforms.joins.large.frozen_keys import frozen_value
from lakesmith.transforms.joins.skewed import find_hot_keys
from lakesmith.types import EXACT, family

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from lakesmith.spec.model import Project

MOST_GROUPS = 10_000


@dataclass(frozen=True)
class FrozenVersion:
    """Say what was frozen.

    Parameters
    ----------
    table : str
    version : int
        Of the reference, 1 for the first one.
    table_version : int
        The published version that was read.
    rows : int
        How many rows it has.
    statistics : list of dict
        Column, statistic, parameters, type and value of each that is not of a group.
    groups : int
        How many values of groups there are beside them.
    """

    table: str
    version: int
    table_version: int
    rows: int
    statistics: list[dict[str, Any]]
    groups: int


def freeze(
    session: SparkSession,
    project: Project,
    published: Callable[[str], DataFrame],
    table: str,
    columns: Sequence[str] = (),
) -> FrozenVersion:
    """Freeze statistics of the published rows of a table, for the batches planned from now on.

    Parameters
    ----------
    session : SparkSession
    project : Project
    published : callable
        Takes ``layer.table``, returns its published rows.
    table : str
        ``layer.table``.
    columns : sequence of str
        The columns to measure; all that have statistics when empty. Those with a `sensitivity`
        are left out unless they are named.

    Returns
    -------
    FrozenVersion

    Raises
    ------
    InputError
        LS207 or LS208 when there is no published table, LS336 for a column that it has not or
        that has no statistics, LS337 for an empty table, LS338 for more than 10 000 groups.
    RunLocked
        LS601 when a run holds the warehouse.

    Notes
    -----
    Groups are measured for the steps of the project that take a mean or median by group from this
    table, each in one more pass.
    """
    with project_lock(session, project):
        ops = project_table(project, "ops.published")
        publication = newest(session, ops)
        rows = published(table)
        number = publication["tables"][table]
        needs = _needs(project, table)
        types = _measured_types(project, table, rows, columns)
        ranks = {one.rank for one in needs if one.rank is not None}
        count, found = measure_all(rows, types, ranks)
        if not count:
            raise _empty(table)
        groups = _of_groups(table, rows, types, needs)
        references = References(session, project)
        newest_frozen = references.versions().get(table, 0)
        version = newest_frozen + 1
        hot = _of_keys(rows, types, needs)
        overall = [*found, *hot]
        made = FrozenVersion(table, version, number, count, overall, len(groups))
        statistics = [*overall, *groups]
        references.append(_rows(made, statistics))
        return made


def _empty(table: str) -> InputError:
    what = f"{table} has no rows to measure"
    hint = "run it until it has rows, or give constants"
    return InputError(what, code="LS337", where=table, hint=hint)


def _rows(made: FrozenVersion, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    count = Value(str(made.rows), "bigint")
    head = statistic_row(None, ROW_COUNT, count, {})
    common = {
        "reference": reference_name(made.table, made.version),
        "table": made.table,
        "version": made.version,
        "table_version": made.table_version,
        "frozen_at": datetime.now(timezone.utc),
    }
    return [{**common, **row} for row in (head, *found)]


def _needs(project: Project, table: str) -> list[Statistic]:
    """Return the statistics of a table that steps and checks of the project take."""
    found = {}
    for name in project.table_names():
        spec = project.table(name)
        taken = [*needed_statistics(name, spec), *optional_statistics(name, spec)]
        for statistic in taken:
            if statistic.reference == table:
                found[statistic.key] = statistic
    return list(found.values())


def _measured_types(
    project: Project, table: str, rows: DataFrame, columns: Sequence[str]
) -> dict[str, str]:
    have = {name.lower(): (name, kind) for name, kind in rows.dtypes}
    spec = project.table(table)
    secret = {name.lower() for name in secret_columns(spec.columns)}
    if columns:
        _require_measured(table, have, columns)
        return dict(have[name.lower()] for name in columns)
    return {
        name: kind
        for lower, (name, kind) in have.items()
        if is_measured(kind) and lower not in secret
    }


def _require_measured(
    table: str, have: Mapping[str, tuple[str, str]], columns: Collection[str]
) -> None:
    names = [name for name, _ in have.values()]
    for column in columns:
        found = have.get(column.lower())
        if found is None:
            what = f"{table} has no column '{column}'"
            hint = suggest(column, names, "columns")
            raise InputError(what, code="LS336", where=table, hint=hint)
        _, kind = found
        if not is_measured(kind):
            what = f"column '{column}' is {kind}, which has no statistics"
            hint = "name columns of numbers, text, booleans, dates or timestamps"
            raise InputError(what, code="LS336", where=table, hint=hint)


def _of_groups(
    table: str,
    rows: DataFrame,
    types: Mapping[str, str],
    needs: Iterable[Statistic],
) -> list[dict[str, Any]]:
    kinds = {name.lower(): kind for name, kind in rows.dtypes}
    measured = {name.lower() for name in types}
    found = []
    for statistic in needs:
        column = statistic.column.lower()
        is_of_groups = statistic.by and statistic.name != HOT_KEYS
        if not is_of_groups or column not in measured:
            continue
        if not has_groups(statistic, kinds[column]):
            continue
        _require_groups(table, statistic, kinds)
        of_one = measure_groups(rows, statistic, kinds, MOST_GROUPS)
        if of_one is None:
            raise _too_many(table, statistic)
        found += of_one
    return found


def _of_keys(
    rows: DataFrame, types: Mapping[str, str], needs: Iterable[Statistic]
) -> list[dict[str, Any]]:
    """Return the hot keys that joins may use, of keys whose columns are all measured."""
    kinds = {name.lower(): kind for name, kind in types.items()}
    found = []
    for statistic in needs:
        on = [statistic.column, *statistic.by]
        is_there = all(name.lower() in kinds for name in on)
        if statistic.name != HOT_KEYS or not is_there:
            continue
        hot = find_hot_keys(rows, on)
        value = frozen_value(hot, [kinds[name.lower()] for name in on])
        params = {"by": statistic.by} if statistic.by else {}
        found.append(statistic_row(statistic.column, HOT_KEYS, value, params))
    return found


def _require_groups(table: str, statistic: Statistic, kinds: Mapping[str, str]) -> None:
    for name in statistic.by:
        kind = kinds.get(name.lower())
        if kind is not None and kind != "binary" and family(kind) in EXACT:
            continue
        found = f"is {kind}" if kind else "is not there"
        what = f"{table} has no groups by '{name}', which {found}"
        hint = "group by columns of whole numbers, decimals, text, booleans or dates"
        raise InputError(what, code="LS336", where=table, hint=hint)


def _too_many(table: str, statistic: Statistic) -> InputError:
    return InputError(
        f"the {statistic} has more than {MOST_GROUPS} groups",
        code="LS338",
        where=table,
        hint="group by fewer columns, or take the median of all rows",
    )
