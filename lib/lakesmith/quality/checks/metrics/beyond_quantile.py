"""Measure the share of values beyond frozen quantiles."""

from __future__ import annotations

from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.values.spec_literals import literal
from lakesmith.spec.model.checks.column_kinds import NUMBERS
from lakesmith.spec.model.checks.metrics.outlier_share import OutlierShare
from lakesmith.types import family, is_float


class BeyondQuantileEvaluation(MeasuredEvaluation[OutlierShare]):
    """Judge the share of values beyond the quantiles of a frozen reference.

    The fences are known before the batch is read, so the share is counted while it is written.
    """

    noun = "share of outliers"

    def problem(self) -> str:
        """Say which column or frozen statistic is not there."""
        problem = super().problem()
        if problem or not self.scope.columns:
            return problem
        return self._unfrozen()

    def metrics(self) -> dict[str, Column]:
        """Return the share of the finite values that are beyond a fence.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of a double.
        """
        value = self._finite()
        beyond: list[Column] = []
        for key, fence in self._fences().items():
            is_below = key == "lower"
            outside = value < fence if is_below else value > fence
            beyond.append(outside)
        is_outlier = reduce(or_, beyond)
        share = F.avg(is_outlier.cast("double"))
        return {self.name(): share}

    def name(self, metric: str = "") -> str:
        """Return the name of the share, which says all fences."""
        table = self._table()
        ranks = self.check.ranks()
        fences = [f"{key}={rank:g}" for key, rank in ranks.items()]
        listed = "_".join(fences)
        beyond = f"beyond_{listed}_of_{table}"
        return super().name(metric or beyond)

    def subject(self) -> str:
        """Return of what the share is, and which quantiles the fences are."""
        column = self.check.column
        frozen = self.scope.frozen[self._table()]
        ranks = [f"{rank:g}" for rank in self.check.ranks().values()]
        listed = " and ".join(ranks)
        noun = "quantile" if len(ranks) == 1 else "quantiles"
        return f" of {column} beyond {noun} {listed} of {frozen}"

    def _table(self) -> str:
        return self.check.reference or self.scope.name

    def _unfrozen(self) -> str:
        """Say what is to be frozen first, or nothing."""
        table = self._table()
        if not table:
            return "it names no reference, and the rows are of no table"
        command = f"lakesmith quality freeze {table}"
        frozen = self.scope.frozen.get(table)
        if frozen is None:
            return f"no statistics of {table} are frozen: run `{command}`"
        column = self.check.column
        for statistic in self.check.frozen_statistics():
            if not frozen.has(statistic):
                wider = f"{command} --columns {column}"
                return f"{frozen} has no {statistic}: run `{wider}`"
            kind = frozen.value(statistic).type
            is_number = family(kind) in NUMBERS
            if not is_number:
                return f"the {statistic} of {frozen} is {kind}, a number expected"
        return ""

    def _fences(self) -> dict[str, Column]:
        """Return the frozen quantiles by key, each exactly as it was measured."""
        frozen = self.scope.frozen[self._table()]
        kind = self.kind(self.check.column)
        keys = self.check.ranks()
        statistics = self.check.frozen_statistics()
        fences: dict[str, Column] = {}
        for key, statistic in zip(keys, statistics, strict=True):
            value = frozen.value(statistic)
            fences[key] = literal(value.text, kind)
        return fences

    def _finite(self) -> Column:
        """Return the number in its own type, NULL for NaN and infinity."""
        column = self.check.column
        number = named(column)
        if is_float(self.kind(column)):
            # A difference with itself is 0 for finite numbers only.
            is_finite = number - number == 0
            number = F.when(is_finite, number)
        return self.counted(number)
