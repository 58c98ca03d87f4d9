"""Keys of a batch whose newest rows have one sequence and differ: counted while the batch is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.verdict import Verdict
from lakesmith.runs.observed import Figures
from lakesmith.spec.model import Write
from lakesmith.transforms.names import named
from lakesmith.transforms.one_row import TIED


def tie_figures(write: Write) -> Figures | None:
    """Return what counts ties, for a table that keeps one row of several."""
    one_of_several = write.keeps_newest or write.keeps_history
    return Figures([F.count_if(named(TIED)).alias("ties")]) if one_of_several else None


def counted(rows: DataFrame, ties: Figures | None) -> DataFrame:
    """Count the rows that are marked as tied while they pass, and take the mark off."""
    return rows if ties is None else ties.on(rows).drop(TIED)


def tie_verdicts(write: Write, figures: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Return a warning where nothing but their content told rows of one key and sequence apart.

    Examples
    --------
    >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",))
    >>> tie_verdicts(write, {"ties": {"ties": 2}})[0].message
    '2 keys with different rows of one sequence (at): the greater row was kept'
    >>> tie_verdicts(write, {"ties": {"ties": 0}})
    ()
    """
    ties = figures.get("ties", {}).get("ties") or 0
    if not ties:
        return ()
    sequence = f" of one sequence ({', '.join(write.sequence_by)})" if write.sequence_by else ", and no sequence_by"
    keys = "1 key" if ties == 1 else f"{ties} keys"
    what = f"{keys} with different rows{sequence}: the greater row was kept"
    return (Verdict("write_ties", ", ".join(write.keys), "warn", "warn", ties, what),)
