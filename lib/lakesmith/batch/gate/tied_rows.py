"""Count rows that lose against a different row of their key and sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from lakesmith.batch.observation import ObservedMetrics
from lakesmith.column_refs import named
from lakesmith.quality.check_result import CheckResult
from lakesmith.transforms.keys.one_row import TIED

if TYPE_CHECKING:
    from lakesmith.spec.model import Profile, Write


def tie_metrics(write: Write, profile: Profile) -> ObservedMetrics | None:
    """Return what counts ties, for a profiled table that keeps one row of several."""
    one_of_several = write.keeps_newest or write.keeps_history
    is_counted = one_of_several and profile.level != "off"
    if not is_counted:
        return None
    return ObservedMetrics([F.count_if(named(TIED)).alias("ties")])


def tie_verdicts(write: Write, figures: Mapping[str, Any]) -> tuple[CheckResult, ...]:
    """Return a warning where only the content decided which row of a key is kept.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",))
    >>> tie_verdicts(write, {"ties": {"ties": 2}})[0].message
    'at least 2 rows lost against a different row of their key and sequence (at): the greater one
    was kept'
    >>> tie_verdicts(write, {"ties": {"ties": 0}})
    ()
    """
    ties = figures.get("ties", {}).get("ties") or 0
    if not ties:
        return ()
    sequence = (
        f"and sequence ({', '.join(write.sequence_by)})"
        if write.sequence_by
        else "without sequence_by"
    )
    rows = "1 row" if ties == 1 else f"{ties} rows"
    what = (
        f"at least {rows} lost against a different row of their key {sequence}: the "
        "greater one was kept"
    )
    return (
        CheckResult("write_ties", ", ".join(write.keys), "warn", "warn", ties, what),
    )
