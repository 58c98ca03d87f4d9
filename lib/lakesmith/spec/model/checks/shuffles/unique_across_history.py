"""Declare the check `unique_across_history`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import Cost
from lakesmith.spec.model.checks.column_kinds import GROUPED
from lakesmith.spec.model.checks.measured import MeasuredCount
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.model.write import KeyFilter


@declare
class UniqueAcrossHistory(MeasuredCount):
    """Rows of a batch whose values an earlier row of the table or the batch has are few enough.

    It reads of the table only what can have a key of the batch.
    """

    check: Literal["unique_across_history"]
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False, min_length=1)] = (
        Field(description="Columns that are unique together; NULL equals NULL.")
    )
    key_filter: KeyFilter | None = Field(
        None,
        description="Bloom filter of the earlier keys, stored beside the table.",
    )

    kinds: ClassVar[tuple[str, ...]] = GROUPED
    cost: ClassVar[Cost] = "shuffle"
    strategies: ClassVar[tuple[str, ...]] = ("append",)
