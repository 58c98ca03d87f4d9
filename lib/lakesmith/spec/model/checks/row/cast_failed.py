"""Declare the check `cast_failed`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import GateColumns, RowCheck
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.yaml.provenance import Finding


@declare
class CastFailed(RowCheck):
    """The raw text of the column, or of any typed column, could be cast."""

    check: Literal["cast_failed"]
    column: ColumnName | None = Field(
        None, description="Contract column; without it, all that are cast."
    )

    reads_null: ClassVar[bool] = False
    replaces: ClassVar[Literal["", "cast", "given"]] = "cast"

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find that there is no contract, without which nothing is cast."""
        if not columns.contract:
            what = "check 'cast_failed' needs a contract"
            yield Finding("LS140", "", what, "declare 'columns', or drop the check")
