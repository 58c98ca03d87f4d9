"""Make the check `in_set`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.spec_literals import literal
from lakesmith.spec.model.checks import InSet


@column_check(InSet)
def in_set(check: InSet, value: Column, kind: str) -> Column:
    """Break on a value that is not listed.

    Raises
    ------
    ValueError
        When a listed value cannot be compared with the type of the column.
    """
    return ~value.isin(*(literal(member, kind) for member in check.values))
