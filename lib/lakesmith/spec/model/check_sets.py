"""Define a set of checks that tables share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from lakesmith.spec.model.base import Model, Name


class CheckSet(Model):
    """Checks that tables use by name. Text `${name}` in them stands for a variable."""

    description: str = Field("", description="Text for people.")
    variables: dict[Name, str | int | float | bool | None] = Field(
        default_factory=dict,
        description="Variables, each with its default; without one, tables give the value.",
    )
    checks: Annotated[tuple[dict[str, Any], ...], Field(strict=False, min_length=1)] = (
        Field(description="Checks, as a table has them.")
    )
