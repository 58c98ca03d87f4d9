"""Declare the check `freshness`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import BatchCheck, CheckedColumn, GateColumns
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.yaml.provenance import Finding

_AGE = re.compile(r"[1-9][0-9]{0,5}[smhd]")
_TIMES = ("date", "timestamp", "timestamp_ntz")


@declare
class Freshness(BatchCheck):
    """The newest value of the column is at most `max_age` older than the run."""

    check: Literal["freshness"]
    column: CheckedColumn
    max_age: str = Field(description="Duration, such as `36h` or `2d`.")

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find an age that is no duration, and a column that is no time."""
        if not _AGE.fullmatch(self.max_age):
            what = f"max_age '{self.max_age}' is no duration"
            hint = "write seconds, minutes, hours or days: 90s, 90m, 36h, 2d"
            yield Finding("LS141", "max_age", what, hint)
        kind = columns.type_of(self.column)
        if kind and kind not in _TIMES:
            what = f"freshness needs a time, column '{self.column}' is {kind}"
            hint = "name a column of type date or timestamp"
            yield Finding("LS145", "column", what, hint)
