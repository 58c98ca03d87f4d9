"""Define what a spec may say of a check."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lakesmith.spec.model.base import ColumnName, Model, Name

OnFail = Literal["quarantine", "drop", "warn", "fail"]
OnNull = Literal["pass", "fail", "skip"]
TABLE_CHECKS = ("unique", "row_count", "freshness")


class Check(Model):
    """One quality check; which fields belong to which `check` is tested by `lakesmith.spec.rules`."""

    id: Name
    check: Literal[
        "not_null", "not_blank", "between", "in_set", "regex", "length",
        "cast_failed", "expression", "unique", "row_count", "freshness",
    ]  # fmt: skip
    column: ColumnName | None = None
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    min: int | float | str | None = None
    max: int | float | str | None = None
    values: Annotated[tuple[str | int | float | bool, ...], Field(strict=False)] = ()
    pattern: str | None = None
    expression: str | None = None
    max_age: str | None = None
    on_null: OnNull = "skip"
    on_fail: OnFail = "quarantine"
    description: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fail_by_default(cls, data: Any) -> Any:
        # A check of the whole table has no row to quarantine: unless the spec says `warn`, it fails
        # the batch.
        if (
            isinstance(data, dict)
            and data.get("check") in TABLE_CHECKS
            and "on_fail" not in data
        ):
            return {**data, "on_fail": "fail"}
        return data
