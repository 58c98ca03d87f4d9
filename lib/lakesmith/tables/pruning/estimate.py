"""What a write is expected to cost, from the statistics in a table's log."""

from __future__ import annotations

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.pruning.matching_files import Files, files_of
from lakesmith.tables.ref import TableRef


def everything(table: TableRef) -> Files | None:
    """Return the files of a table on a local path, or None where its log cannot be read."""
    if table.local is None or not table.exists(None):
        return None
    try:
        return files_of(DeltaTable(table.location))
    except (DeltaError, OSError):
        return None


def expected_of(table: TableRef, touched: Touched) -> dict[str, int]:
    """Return what a MERGE will meet, as far as the log of a table on a local path says."""
    there = everything(table)
    return estimate(there.matching(touched) if there else None, None)


def estimate(files: Files | None, rows: int | None) -> dict[str, int]:
    """Return the expected metrics of a write from the files that can match.

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
