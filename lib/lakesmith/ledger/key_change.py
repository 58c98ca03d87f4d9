"""Detect that keys, sequence or history settings differ from those in the table's commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.ledger.row_settings import other_settings, renames, settings_of
from lakesmith.ledger.state import TableState
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Table
from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits
from lakesmith.tables.ref import TableRef


def arrangement(spec: Table) -> dict[str, Any]:
    """Return what a commit says of the rows of its table, since nothing else in the table does.

    Parameters
    ----------
    spec : Table

    Returns
    -------
    dict
        `keys`, `sequence_by`, the type of a table of changing rows (1 keeps the newest row of a
        key, 2 all versions) and the settings that decide over its rows; of change events that leave
        values as they were also what says so.
    """
    write = spec.write
    settings = {
        "keys": list(write.keys),
        "sequence_by": list(write.sequence_by),
        "scd_type": 2 if write.keeps_history else 1,
        **settings_of(spec),
    }
    return settings | _leaving(spec) if write.leaves_values else settings


def _leaving(spec: Table) -> dict[str, Any]:
    write = spec.write
    return {
        "partial_updates": write.partial_updates,
        "null_means": write.null_means,
        "unavailable_values": list(write.placeholders),
    }


def holds_partial(session: SparkSession, table: TableRef) -> bool:
    """Return True where a table may hold rows with values of several events.

    No Spark job on a local path.
    """
    had = _said(newest_commits(session, table, LOOK_BACK))
    return had is None or bool(had.get("partial"))


def other_keys(
    session: SparkSession, table: TableRef, spec: Table, state: TableState
) -> str:
    """Return how keys, order or history settings differ from the spec, or an empty text.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    spec : Table
    state : TableState

    Returns
    -------
    str
        The differences; empty where there is none.

    Notes
    -----
    Several rows of such a table could meet one of a batch, an older one stay, or the versions of a
    key depend on whether it changes again. The newest commits are read when the spec changed; what
    the commits of a table do not say is not judged. No Spark job on a local path.
    """
    if (
        not spec.write.keys
        or state.version is None
        or state.spec_hash in ("", spec_hash(spec))
    ):
        return ""
    had = _said(newest_commits(session, table, LOOK_BACK))
    return "; ".join(_differences(had, spec)) if had else ""


def _differences(had: Mapping[str, Any], spec: Table) -> Iterator[str]:
    write = spec.write
    keys, order = (_now(had.get(name, ()), spec) for name in ("keys", "sequence_by"))
    if set(keys) != {key.lower() for key in write.keys}:
        yield (
            f"the keys are {', '.join(write.keys)}, those of the table's rows are "
            f"{', '.join(had['keys']) or 'none'}"
        )
    wanted = [name.lower() for name in write.sequence_by]
    if order != wanted and sorted(order) == sorted(
        wanted
    ):  # the columns of the table tell all else
        mine, theirs = (
            ", ".join(names) for names in (write.sequence_by, had["sequence_by"])
        )
        yield f"sequence_by is {mine}, the table's rows are ordered by {theirs}"
    if "scd_type" in had and had["scd_type"] != arrangement(spec)["scd_type"]:
        wants, holds = (
            ("versions", "newest rows")
            if write.keeps_history
            else ("newest rows", "versions")
        )
        yield f"the table is to keep the {wants} of its keys, and holds {holds}"
        return
    yield from other_settings(had, spec)


def _now(names: Sequence[str], spec: Table) -> list[str]:
    """Return columns by the names that they have now, in lower case."""
    renamed = renames(spec)
    return [renamed.get(name.lower(), name.lower()) for name in names]


def _said(newest_first: Sequence[Commit]) -> Mapping[str, Any] | None:
    """Return the settings in the newest commit that was not undone, or None."""
    newest = newest_first[0].version
    for commit in newest_first:
        if commit.version <= newest and commit.restored_to is not None:
            newest = commit.restored_to
        elif commit.version <= newest and "keys" in commit.about:
            return commit.about
    return None
