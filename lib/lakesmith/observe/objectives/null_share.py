"""Measure the share of rows without a value in a column."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.observe.objectives.objective import (
    HUNDRED,
    Objective,
    Subject,
    rows_between,
)
from lakesmith.spec.model.contract import Slo, percent_of


def null_share(slo: Slo, subject: Subject) -> Iterator[Objective]:
    """Yield an objective for each column that the contract names, by the profiles of its runs."""
    for column, share in slo.null_share.items():
        profiled = [
            row
            for row in subject.recorded.profile_of(column)
            if row["rows"] is not None
        ]
        yield Objective(
            "null_share",
            column,
            share,
            percent_of(share) / HUNDRED,
            "rows",
            rows_between(profiled, "nulls", "rows"),
            _problem(subject, is_profiled=bool(profiled)),
        )


def _problem(subject: Subject, *, is_profiled: bool) -> str:
    if subject.profile.level == "off":
        return "profile.level is off, so that no run counts values"
    return "" if is_profiled else "no run has a profile of the column yet"
