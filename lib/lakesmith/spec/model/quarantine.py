"""Define what a spec may say of quarantines."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lakesmith.duration import DURATION_PATTERN
from lakesmith.spec.model.base import Model
from lakesmith.spec.model.checks.threshold import LIMIT_PATTERN


class Quarantine(Model):
    """Settings of the quarantine of a table."""

    retention: Annotated[str, Field(pattern=DURATION_PATTERN)] | None = Field(
        None,
        description="Age at which `maintain` deletes quarantined rows, such as `90d`. Without it"
        " they stay.",
    )
    keep_waiting: bool = Field(
        True,
        description="With `false` rows that wait for a replay are deleted too, else only those"
        " that were replayed.",
    )
    warn: Annotated[str, Field(pattern=LIMIT_PATTERN)] | None = Field(
        None,
        description="A batch warns that quarantines more of the rows that it read, `5 %` or"
        " `100 rows`.",
    )
