"""Judge what a commit deleted, so that an incomplete input empties no table unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.quality.check_result import CheckResult

if TYPE_CHECKING:
    from lakesmith.spec.model import Write

ROWS_BEFORE = "numRowsBefore"
# The rows that a snapshot marked as deleted.
DELETED_ROWS = "updatedTombstones"


def delete_share(write: Write, metrics: Mapping[str, int]) -> tuple[CheckResult, ...]:
    """Judge which share of its rows a table lost, since a snapshot lacks them.

    Parameters
    ----------
    write : Write
    metrics : mapping of str to int
        What the commit counted.

    Returns
    -------
    tuple of CheckResult
        ``delete_share``, which refuses publication when it fails; none for a table that
        had no rows.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> write = Write(strategy="snapshot", keys=("id",), sequence_by=("day",))
    >>> delete_share(write, {"numRowsBefore": 10, "updatedTombstones": 3})[0].message
    '3 of 10 rows are not in the snapshot, more than max_delete_share 0.2: is it complete?'
    >>> delete_share(write, {"numRowsBefore": 0})
    ()
    """
    before = metrics.get(ROWS_BEFORE)
    if not before:
        return ()
    deleted = metrics[DELETED_ROWS]
    if deleted <= before * write.max_delete_share:
        return (CheckResult("delete_share", "", "fail", "pass", 0),)
    message = (
        f"{deleted} of {before} rows are not in the snapshot, "
        f"more than max_delete_share {write.max_delete_share}: is it complete?"
    )
    return (CheckResult("delete_share", "", "fail", "fail", deleted, message),)


def not_emptied(
    write: Write, metrics: Mapping[str, int], rows: int
) -> tuple[CheckResult, ...]:
    """Judge whether a batch without rows deleted what it replaces.

    Parameters
    ----------
    write : Write
    metrics : mapping of str to int
        What the commit counted.
    rows : int
        Accepted rows of the batch.

    Returns
    -------
    tuple of CheckResult
        ``not_emptied``, which refuses publication when it fails; none where the spec allows it.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> not_emptied(Write(strategy="replace_all"), {"numRemovedFiles": 1}, 0)[0].status
    'fail'
    >>> not_emptied(Write(strategy="replace_all", allow_empty=True), {"numRemovedFiles": 1}, 0)
    ()
    """
    if write.allow_empty:
        return ()
    if rows or not metrics.get("numRemovedFiles"):
        return (CheckResult("not_emptied", "", "fail", "pass", 0),)
    message = (
        "the batch is empty and deletes all rows that it replaces; "
        "write.allow_empty: true permits it"
    )
    return (CheckResult("not_emptied", "", "fail", "fail", 1, message),)
