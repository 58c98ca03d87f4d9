"""Detect that keys, sequence or history settings differ from those in the table's commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from pyspark.sql import SparkSession

from lakesmith.ledger.row_settings import changed_settings, renames, settings_of
from lakesmith.ledger.upstream_change import changed_upstream
from lakesmith.spec.derivations.hashed_keys import hashed_keys
from lakesmith.spec.derivations.made_of import made_of, placing_columns
from lakesmith.spec.derivations.origin import origin
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits, standing

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.sources.new_columns import Default
    from lakesmith.spec.model import Table, Write
    from lakesmith.tables.ref import TableRef

# The columns that the upstream got since a version of it, each with its default.
NewColumns: TypeAlias = "Callable[[int], Mapping[str, Default]]"
_TRACKED = "tracked_columns"
_HASHED = "hashed_keys"
_MADE_OF = "made_of"


def settings_to_record(spec: Table) -> dict[str, Any]:
    """Return the settings that each commit records, since nothing else in the table has them.

    Parameters
    ----------
    spec : Table

    Returns
    -------
    dict
        `keys`, `sequence_by`, the type of a table of changing rows (1 keeps the newest row of a
        key, 2 all versions), the settings that decide over its rows, the columns of a contract
        that are all tracked, the fields of keys that are hashes, and of what the columns are made
        that place a row.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> write = {"strategy": "scd2", "keys": ["id"], "sequence_by": ["at"]}
    >>> recorded = settings_to_record(Table.model_validate({"from": "bronze.c", "write": write}))
    >>> recorded["keys"], recorded["sequence_by"], recorded["scd_type"]
    (['id'], ['at'], 2)
    """
    write = spec.write
    return {
        "keys": list(write.keys),
        "sequence_by": list(write.sequence_by),
        "scd_type": _scd_type(write),
        **settings_of(spec),
        **_all_tracked(spec),
        **_hashed(spec),
        **_derived(spec),
    }


def _derived(spec: Table) -> dict[str, dict[str, list[str]]]:
    found = made_of(spec)
    return {_MADE_OF: found} if found else {}


def _hashed(spec: Table) -> dict[str, dict[str, list[str]]]:
    found = hashed_keys(spec)
    return {_HASHED: found} if found else {}


def _all_tracked(spec: Table) -> dict[str, list[str]]:
    if not (tracks_all(spec.write) and spec.columns):
        return {}
    return {_TRACKED: sorted(name.lower() for name in spec.columns)}


def tracks_all(write: Write) -> bool:
    """Return whether a change of any column begins a version."""
    return write.keeps_history and not write.track_history_columns


def _scd_type(write: Write) -> int:
    return 2 if write.keeps_history else 1


def holds_partial(session: SparkSession, table: TableRef) -> bool:
    """Return True where a table may hold rows with values of several events.

    No Spark job on a local path.
    """
    recorded = newest_settings(newest_commits(session, table, LOOK_BACK))
    return recorded is None or bool(recorded.get("partial"))


def key_change(
    session: SparkSession,
    table: TableRef,
    spec: Table,
    state: TableState,
    new_columns: NewColumns,
) -> str:
    """Return how keys, order or history settings differ from the spec, or an empty text.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    spec : Table
    state : TableState
    new_columns : callable
        Returns the columns that the upstream got since a version of it.

    Returns
    -------
    str
        The differences; empty where there is none.

    Notes
    -----
    Several rows of such a table could meet one of a batch, an older one stay, or the versions of a
    key depend on whether it changes again. The newest commits are read when the spec changed. What
    the commits of a table do not record is not judged. No Spark job on a local path.
    """
    is_same_spec = state.spec_hash in ("", spec_hash(spec))
    is_placed = spec.write.recompute_unit != "table" and placing_columns(spec)
    if not is_placed or state.version is None or is_same_spec:
        return ""
    recorded = newest_settings(newest_commits(session, table, LOOK_BACK))
    if not recorded:
        return ""
    others = _newly_tracked(recorded, spec)
    of_columns = unlike_rebuilt(spec, others, state, new_columns)
    differences = [*_differences(recorded, spec), of_columns]
    return "; ".join(filter(None, differences))


def _newly_tracked(recorded: Mapping[str, Any], spec: Table) -> list[str]:
    """Return the tracked columns that were none in the newest commit, which older ones lack."""
    if _TRACKED not in recorded:
        return []
    known = _renamed(recorded[_TRACKED], spec)
    tracked = _all_tracked(spec).get(_TRACKED, [])
    return [name for name in tracked if name not in known]


def unlike_rebuilt(
    spec: Table, columns: Sequence[str], state: TableState, new_columns: NewColumns
) -> str:
    """Return that the versions of a table are not those of a rebuild, or an empty text.

    Parameters
    ----------
    spec : Table
    columns : sequence of str
        The tracked columns that are new.
    state : TableState
    new_columns : callable
        Returns the columns that the upstream got since a version of it.

    Notes
    -----
    Old versions have NULL in a new column. So has a rebuild where the upstream got its column
    after the rows were read that made them.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table.model_validate({"from": "bronze.c"})
    >>> state = TableState("silver.c", positions={"table": {"to": 5}})
    >>> unlike_rebuilt(spec, ["plan"], state, lambda version: {"plan": None})
    ''
    """
    if not columns or state.since is None or changed_upstream(spec, state):
        return ""
    fresh = new_columns(state.since)
    others = [name for name in columns if not _is_null_before(spec, name, fresh)]
    if not others:
        return ""
    return (
        "track_history_columns is all columns, the table's versions are those of all but "
        f"{', '.join(others)}, and earlier rows of {spec.from_} may have values there"
    )


def _is_null_before(spec: Table, name: str, fresh: Mapping[str, Default]) -> bool:
    source = origin(spec, name)
    if source is None or source not in fresh:
        return False
    default = fresh[source]
    own = {column.lower(): about.default for column, about in spec.columns.items()}
    return default is None or default == own.get(name.lower())


def _differences(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    yield from _key_difference(recorded, spec)
    yield from _order_difference(recorded, spec)
    yield from _hash_difference(recorded, spec)
    yield from _derivation_difference(recorded, spec)
    yield from _tracked_difference(recorded, spec)
    if recorded.get("scd_type", _scd_type(spec.write)) == _scd_type(spec.write):
        yield from changed_settings(recorded, spec)
        return
    newest = "newest rows"
    versions = "versions"
    wanted = versions if spec.write.keeps_history else newest
    stored = newest if spec.write.keeps_history else versions
    yield f"the table is to keep the {wanted} of its keys, and holds {stored}"


def _key_difference(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    wanted = spec.write.keys
    stored = recorded.get("keys", ())
    if set(_renamed(stored, spec)) != {key.lower() for key in wanted}:
        yield (
            f"the keys are {', '.join(wanted)}, those of the table's rows are "
            f"{', '.join(stored) or 'none'}"
        )


def _hash_difference(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    stored = recorded.get(_HASHED, {})
    for key, fields in hashed_keys(spec).items():
        known = _renamed_fields(stored.get(key, fields), spec)
        if known != fields:
            yield (
                f"the key {key} is a hash of {', '.join(fields)}, that of the table's rows of "
                f"{', '.join(known)}"
            )


def _derivation_difference(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    """Yield the columns that place a row and are made otherwise than in the rows of the table."""
    stored = recorded.get(_MADE_OF, {})
    renamed = renames(spec)
    names = dict(zip(_renamed(list(stored), spec), stored, strict=True))
    for name, parts in made_of(spec).items():
        had = stored.get(names.get(name, ""), parts)
        known = [renamed.get(part, part) for part in had]
        if sorted(known) != sorted(parts):
            yield (
                f"the column {name} is made of {', '.join(parts)}, in the table's rows of "
                f"{', '.join(known)}"
            )


def _tracked_difference(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    """Yield the columns that began versions of the table and are in the contract no more."""
    tracked = _all_tracked(spec).get(_TRACKED)
    known = _renamed(recorded.get(_TRACKED, ()), spec)
    for name in known:
        if tracked is not None and name not in tracked:
            yield f"the column {name} left the contract, the table's versions are those of it too"


def _renamed_fields(fields: Sequence[str], spec: Table) -> list[str]:
    """Return the fields of a hash, each a name and a spelling, by the names that they have now."""
    parts = [field.partition(" ") for field in fields]
    names = _renamed([name for name, _, _ in parts], spec)
    both = zip(names, parts, strict=True)
    return [f"{name}{blank}{spelling}" for name, (_, blank, spelling) in both]


def _order_difference(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    wanted = [name.lower() for name in spec.write.sequence_by]
    stored = recorded.get("sequence_by", ())
    order = _renamed(stored, spec)
    # Other columns in the sequence show in the columns of the table.
    has_same_columns = sorted(order) == sorted(wanted)
    if has_same_columns and order != wanted:
        yield (
            f"sequence_by is {', '.join(spec.write.sequence_by)}, the table's rows "
            f"are ordered by {', '.join(stored)}"
        )


def _renamed(names: Sequence[str], spec: Table) -> list[str]:
    """Return columns by the names that they have now, in lower case."""
    renamed = renames(spec)
    return [renamed.get(name.lower(), name.lower()) for name in names]


def newest_settings(newest_first: Sequence[Commit]) -> Mapping[str, Any] | None:
    """Return the settings in the newest commit that was not undone, or None.

    Examples
    --------
    >>> first = Commit(1, 0, "MERGE", {"keys": ["id"]}, {})
    >>> second = Commit(2, 0, "MERGE", {"keys": ["id", "day"]}, {})
    >>> newest_settings([Commit(3, 0, "RESTORE", {}, {}, restored_to=1), second, first])
    {'keys': ['id']}
    """
    recorded = (commit.metadata for commit in standing(newest_first))
    return next((about for about in recorded if "keys" in about), None)
