"""Make the check `references`."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.column_refs import named
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ShuffleEvaluation
from lakesmith.quality.checks.shuffles.orphans import (
    count_orphans,
    count_referring,
    gone_keys,
    pays,
)
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
        return count_orphans(
            self.rows_with_values(rows),
            self._keys(self.scope.tables[self.check.table]),
            self.check.columns,
            self._is_thinned(),
        )

    def gone(self, changed: DataFrame, is_few: bool) -> DataFrame:
        """Return the keys of changed rows of the other table that it has no more.

        *Columns*: needs the columns that are referred to -> ``_to_0`` and so on, each key once.
        """
        targets = self._keys(self.scope.tables[self.check.table])
        return gone_keys(self._keys(changed), targets, is_few)

    def referring(self, rows: DataFrame, keys: DataFrame, is_few: bool) -> DataFrame:
        """Return the number of rows that refer to one of some keys.

        *Columns*: needs the columns of the check -> exactly one row of bigint.
        """
        counted = self.rows_with_values(rows)
        return count_referring(counted, keys, self.check.columns, is_few)

    def _keys(self, other: DataFrame) -> DataFrame:
        """Return what rows of the other table are referred to by, in the order of the check."""
        names = self.check.to or self.check.columns
        renamed = [
            named(name).alias(f"_to_{index}") for index, name in enumerate(names)
        ]
        return other.select(*renamed)

    def plan_note(self) -> str:
        """Say that it costs a shuffle, and what deletes in the other table cost."""
        probe = "deletes there are probed by key where no new rows come"
        return f"{super().plan_note()}; {probe}"

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
