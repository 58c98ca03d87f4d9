"""Guards: what a batch may take away without a person saying so."""

from __future__ import annotations

from collections.abc import Mapping

from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.model import Write

ROWS_BEFORE = "numRowsBefore"


def guard_results(
    write: Write, metrics: Mapping[str, int], rows: int
) -> tuple[CheckResult, ...]:
    """Judge what a commit took away.

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
        ``delete_share`` for an extract, ``not_emptied`` for a replacement; a failed one refuses publication.

    Examples
    --------
    >>> extract = Write(strategy="snapshot", keys=("id",), sequence_by=("day",))
    >>> guard_results(extract, {"numRowsBefore": 10, "updatedTombstones": 3}, 7)[0].message
    '3 of 10 rows are not in the extract, more than max_delete_share 0.2: is it whole?'
    """
    if write.strategy == "snapshot" and metrics.get(ROWS_BEFORE):
        return (
            _delete_share(write, metrics[ROWS_BEFORE], metrics["updatedTombstones"]),
        )
    if (
        write.strategy in ("replace_all", "replace_partitions")
        and not write.allow_empty
    ):
        return (_not_emptied(metrics, rows),)
    return ()


def _delete_share(write: Write, before: int, gone: int) -> CheckResult:
    if gone <= before * write.max_delete_share:
        return CheckResult("delete_share", "", "fail", "pass", 0)
    limit = f"more than max_delete_share {write.max_delete_share}"
    return CheckResult(
        "delete_share",
        "",
        "fail",
        "fail",
        gone,
        f"{gone} of {before} rows are not in the extract, {limit}: is it whole?",
    )


def _not_emptied(metrics: Mapping[str, int], rows: int) -> CheckResult:
    if rows or not metrics.get("numRemovedFiles"):
        return CheckResult("not_emptied", "", "fail", "pass", 0)
    what = "the batch is empty and takes all rows away that it replaces; write.allow_empty: true permits it"
    return CheckResult("not_emptied", "", "fail", "fail", 1, what)
