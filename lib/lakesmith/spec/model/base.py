"""Define the base of all models, and the names that a spec may use."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,127}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
COLUMN_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,127}$"
ColumnName = Annotated[str, Field(pattern=COLUMN_PATTERN)]
ColumnNames = Annotated[tuple[ColumnName, ...], Field(strict=False)]
TableName = Annotated[
    str, Field(pattern=r"^(bronze|silver|gold)\.[a-z][a-z0-9_]{0,127}$")
]
InputName = Annotated[
    str, Field(pattern=r"^(sources|bronze|silver|gold)\.[a-z][a-z0-9_]{0,127}$")
]
Layer = Literal["bronze", "silver", "gold"]
LAYERS: tuple[str, ...] = get_args(Layer)


class Model(BaseModel):
    """Refuse unknown keys and silent conversions, as the base of all models."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True
    )
