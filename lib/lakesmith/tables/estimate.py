"""What a write is expected to cost, from the statistics in a table's log."""

from __future__ import annotations

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from lakesmith.tables.matching import Files, files_of
from lakesmith.tables.prune import Touched
from lakesmith.tables.ref import TableRef


def expected_of(table: TableRef, touched: Touched) -> dict[str, int]:
    """Return what a MERGE will meet as far as the log of a table on a local path says: files, their rows and bytes."""
    if table.local is None:
        return {}
    try:
        return estimate(files_of(DeltaTable(table.location)).matching(touched), None)
    except DeltaError:  # an estimate stops nobody
        return {}


def estimate(files: Files | None, rows: int | None) -> dict[str, int]:
    """Return the expected figures of a write: files that can match, and rows and bytes written where `rows` are known.

    Notes
    -----
    A row is taken to be as long as those of the files that match.
    """
    if files is None:
        return {}
    figures = {"files": files.count}
    if rows is not None:
        figures |= {"rows": rows}
        figures |= {"bytes": rows * files.bytes // files.rows} if files.rows else {}
    return figures
