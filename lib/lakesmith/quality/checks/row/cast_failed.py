"""Make the check `cast_failed`, for text that left its typed column empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lakesmith.quality.checks.casts import cast_columns, cast_rule
from lakesmith.quality.checks.registry import row_check
from lakesmith.spec.model.checks.row.cast_failed import CastFailed

if TYPE_CHECKING:
    from lakesmith.quality.rule import Rule
    from lakesmith.spec.model import Table


@row_check(CastFailed)
def cast_failed(
    check: CastFailed, table: Table, columns: Mapping[str, str]
) -> Iterator[Rule]:
    """Make the rule of the column, or of each column that was cast."""
    names = [check.column] if check.column else cast_columns(table, columns)
    for name in names:
        yield cast_rule(check, name, table, columns)
