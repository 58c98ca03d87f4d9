"""Which columns tell the rows of a table apart: those that its commits say against those of the spec."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import SparkSession

from lakesmith.runs.state import TableState
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Table
from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.log import Commit, newest_commits
from lakesmith.tables.ref import TableRef


def other_keys(session: SparkSession, table: TableRef, spec: Table, state: TableState) -> str:
    """Say that the rows of a table are told apart by other columns than its spec's keys; empty where they are not.

    Notes
    -----
    Several rows of such a table could meet one of a batch. The newest commits are read when the spec changed; a table
    whose commits do not say their keys is not judged. No Spark job on a local path.
    """
    if not spec.write.keys or state.version is None or state.spec_hash in ("", spec_hash(spec)):
        return ""
    had = _keys_of(newest_commits(session, table, LOOK_BACK))
    renamed = {column.renamed_from: name for name, column in spec.columns.items() if column.renamed_from}
    if had is None or {renamed.get(key, key).lower() for key in had} == {key.lower() for key in spec.write.keys}:
        return ""
    return f"the keys are {', '.join(spec.write.keys)}, those of the table's rows are {', '.join(had) or 'none'}"


def _keys_of(newest_first: Sequence[Commit]) -> Sequence[str] | None:
    """Return the keys that the newest commit which was not undone was written by; None where no commit says it."""
    newest = newest_first[0].version
    for commit in newest_first:
        if commit.version <= newest and commit.restored_to is not None:
            newest = commit.restored_to
        elif commit.version <= newest and "keys" in commit.about:
            return list(commit.about["keys"])
    return None
