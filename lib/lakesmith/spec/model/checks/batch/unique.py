"""Declare the check `unique`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import BatchCheck, Cost
from lakesmith.spec.model.checks.registry import declare


@declare
class Unique(BatchCheck):
    """No two rows of the table have the same values in `columns`.

    It costs nothing where the write itself keeps one row for these values.
    """

    check: Literal["unique"]
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        description="Columns that are unique together; NULL equals NULL."
    )

    reads_null: ClassVar[bool] = False
    cost: ClassVar[Cost] = "shuffle"
