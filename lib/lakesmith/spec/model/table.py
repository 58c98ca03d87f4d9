"""Define what a spec may say of a table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from lakesmith.spec.model.base import ColumnName, InputName, Model, Name, TableName
from lakesmith.spec.model.checks import AnyCheck
from lakesmith.spec.model.write import Write


class Column(Model):
    """One column of a contract."""

    type: str
    source: ColumnName | None = None
    format: str | None = None
    nullable: bool = True
    default: str | int | float | bool | None = None
    renamed_from: ColumnName | None = None
    description: str = ""
    unit: str | None = None
    sensitivity: str | None = None


class Profile(Model):
    """Which figures are observed on the write."""

    level: Literal["off", "basic", "full"] = "basic"
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()


class Maintenance(Model):
    """What `maintain` does for a table, and from which figures on."""

    small_file_bytes: PositiveInt = 32 * 1024 * 1024
    target_file_bytes: PositiveInt = 128 * 1024 * 1024
    min_small_files: Annotated[int, Field(ge=2)] = 8
    deleted_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    cluster_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    zorder_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    tombstone_retention: Annotated[str, Field(pattern=r"^[0-9]+[smhd]$")] = "14d"
    vacuum: bool = True


class Table(Model):
    """One table: where rows come from, the contract, steps, checks and the write."""

    version: Literal[1] = 1
    description: str = ""
    from_: Annotated[InputName, Field(alias="from")]
    inputs: dict[Name, TableName] = Field(default_factory=dict)
    columns: dict[ColumnName, Column] = Field(default_factory=dict)
    steps: Annotated[tuple[str | dict[str, Any], ...], Field(strict=False)] = ()
    sql: str | None = None
    checks: Annotated[tuple[AnyCheck, ...], Field(strict=False)] = ()
    write: Write = Write()
    on_schema_change: Literal["fail", "add", "widen", "rescue"] = "fail"
    event_date: ColumnName | None = None
    profile: Profile | None = None
    maintenance: Maintenance | None = None
    properties: dict[str, str] = Field(default_factory=dict)
    nondeterministic: bool = False
