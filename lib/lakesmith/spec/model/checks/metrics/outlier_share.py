"""Declare the check `outlier_share`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from lakesmith.spec.model.base import TableName
from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns
from lakesmith.spec.model.checks.bounds import NEEDS
from lakesmith.spec.model.checks.column_kinds import NUMBERS
from lakesmith.spec.model.checks.measured import MeasuredShare
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.step_kinds.statistics import Statistic
from lakesmith.spec.yaml.provenance import Finding

FROZEN = "quantile"
_OF_FROZEN = ("lower", "upper", "reference")


@declare
class OutlierShare(MeasuredShare):
    """The share of outliers of the column is within the bounds."""

    check: Literal["outlier_share"]
    column: CheckedColumn
    method: Literal["iqr", "zscore", "mad", "quantile"] = Field(
        "iqr",
        description="How far an outlier is: `factor` times the range between the quartiles"
        " beyond them, or times the deviation beyond the mean or the median; with `quantile`"
        " beyond quantiles that `lakesmith quality freeze` measured.",
    )
    factor: float | int | None = Field(
        None,
        gt=0,
        description="1.5 for `iqr`, 3 for `zscore`, 3.5 for `mad`, if left out.",
    )
    lower: float | None = Field(
        None,
        ge=0,
        le=1,
        strict=False,
        description="For `quantile`: rank of the frozen quantile below which a value is an"
        " outlier.",
    )
    upper: float | None = Field(
        None,
        ge=0,
        le=1,
        strict=False,
        description="For `quantile`: rank of the one above which a value is an outlier.",
    )
    reference: TableName | None = Field(
        None,
        description="For `quantile`: the table whose frozen statistics count; this one, if left"
        " out.",
    )

    kinds: ClassVar[tuple[str, ...]] = NUMBERS

    @model_validator(mode="after")
    def _has_ranks(self) -> OutlierShare:
        if self.method == FROZEN and not self.ranks():
            fields = {"fields": "'lower' or 'upper'"}
            raise PydanticCustomError(NEEDS, "it needs {fields}", fields)
        return self

    def ranks(self) -> dict[str, float]:
        """Return the ranks of the quantiles that are the fences, by key.

        Examples
        --------
        >>> given = {"column": "n", "method": "quantile", "upper": 0.99, "max": 0.02}
        >>> OutlierShare(id="few", **given).ranks()
        {'upper': 0.99}
        """
        given = {"lower": self.lower, "upper": self.upper}
        return {key: float(rank) for key, rank in given.items() if rank is not None}

    def frozen_statistics(self) -> tuple[Statistic, ...]:
        """Return the quantiles that are the fences, the lower one first."""
        if self.method != FROZEN:
            return ()
        table = self.reference or ""
        return tuple(
            Statistic(self.column, "quantile", rank, reference=table)
            for rank in self.ranks().values()
        )

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find settings of another method, and ranks in the wrong order."""
        yield from super().findings(columns)
        is_frozen = self.method == FROZEN
        foreign = ("factor",) if is_frozen else _OF_FROZEN
        for key in foreign:
            if getattr(self, key) is not None:
                what = f"method '{self.method}' takes no '{key}'"
                hint = "take it out, or write another method"
                yield Finding("LS140", key, what, hint)
        ranks = self.ranks()
        if is_frozen and len(ranks) == 2 and ranks["lower"] >= ranks["upper"]:
            what = f"'lower' {self.lower} is not below 'upper' {self.upper}"
            yield Finding("LS141", "lower", what, "exchange them")
