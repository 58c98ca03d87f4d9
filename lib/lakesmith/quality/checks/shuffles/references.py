"""Make the check `references`."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.column_refs import named
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ShuffleEvaluation
from lakesmith.quality.checks.shuffles.orphans import count_orphans, pays
from lakesmith.quality.rule import find
from lakesmith.spec.model.checks.shuffles.references import References
from lakesmith.types import are_comparable


@batch_check(References)
class ReferencesEvaluation(ShuffleEvaluation[References]):
    """Judge how many rows refer to nothing."""

    noun = "number of rows without a match"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the number of rows whose values the other table lacks.

        *Columns*: needs the columns of the check -> exactly one row of bigint.
        """
        others = self.check.to or self.check.columns
        renamed = [
            named(name).alias(f"_to_{index}") for index, name in enumerate(others)
        ]
        other = self.scope.tables[self.check.table]
        targets = other.select(*renamed)
        return count_orphans(
            self.rows_with_values(rows),
            targets,
            self.check.columns,
            self._is_thinned(),
        )

    def _is_thinned(self) -> bool:
        counts = self.scope.row_counts
        return pays(
            counts.get(self.scope.name),
            counts.get(self.check.table),
        )

    def problem(self) -> str:
        """Say which column or table is not there."""
        problem = super().problem()
        if problem or self.scope.rows is None:
            return problem
        known = self.scope.tables.get(self.check.table)
        if known is None:
            return f"'{self.check.table}' has not been built yet"
        kinds = dict(known.dtypes)
        targets = self.check.to or self.check.columns
        for name, target in zip(self.check.columns, targets, strict=True):
            kind = find(kinds, target)
            if kind is None:
                return f"column '{target}' is not in '{self.check.table}'"
            if not are_comparable(self.kind(name), kind):
                own = f"{name} ({self.kind(name)})"
                what = f"{own} and {target} ({kind})"
                return f"{what} are of different kinds"
        return ""

    def subject(self) -> str:
        """Return the columns and the other table."""
        columns = ", ".join(self.check.columns)
        return f" of {columns} in {self.check.table}"

    def name(self, metric: str = "") -> str:
        """Return the name of a metric, which says what is referred to."""
        to = ",".join(self.check.to)
        orphans = f"orphans_of_{self.check.table}({to})"
        return super().name(metric or orphans)
