"""Make the check `unique`, which costs a shuffle on all columns but the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.check_result import CheckResult, batch_result, error_result
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.rule import find
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model.checks.batch.unique import Unique
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

# The name of the rows of a key while they are counted.
_ROWS = "_rows"


@batch_check(Unique)
class UniqueEvaluation(BatchEvaluation[Unique]):
    """Judge how many rows of the table repeat the values of an earlier one."""

    def problem(self) -> str:
        """Say which column is not there."""
        known = self.scope.columns
        for name in self.check.columns if known else ():
            if find(known, name) is None:
                return f"column '{name}' is not there"
        return ""

    def shuffles(self) -> dict[str, Transform]:
        """Count the duplicates, where the write does not exclude them.

        Notes
        -----
        *Columns*: needs the columns of the check -> exactly one row, `duplicates`.
        """
        if self._is_free():
            return {}
        return {self._metric(): duplicates(self.check.columns)}

    def plan_note(self) -> str:
        """Say why the columns cost a shuffle."""
        if self._is_free():
            return ""
        columns = ", ".join(self.check.columns)
        why = _why_paid(self.scope.table, self.check.columns)
        return f"unique ({columns}) needs one more shuffle, because {why}"

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Fail when any row repeats a key.

        Examples
        --------
        >>> from lakesmith.quality.checks.batch.evaluation import BatchScope
        >>> from lakesmith.spec.model import Table
        >>> check = Unique(id="one", columns=("id",))
        >>> scope = BatchScope(Table(from_="bronze.orders"))
        >>> UniqueEvaluation(check, scope).result({"duplicates_id": 2}).message
        '2 rows repeat a key'
        """
        if self._is_free():
            return batch_result(self.check, "")
        repeats = metrics.get(self._metric())
        if repeats is None:
            return error_result(self.check, "it was not measured")
        message = f"{repeats} rows repeat a key" if repeats else ""
        return batch_result(self.check, message, failed=repeats)

    def _is_free(self) -> bool:
        return keys_are_free(self.scope.table, self.check.columns)

    def _metric(self) -> str:
        return f"duplicates_{','.join(self.check.columns)}"


def keys_are_free(table: Table, columns: Sequence[str]) -> bool:
    """Return whether the write itself makes columns unique, so that nothing is read.

    Parameters
    ----------
    table : Table
    columns : sequence of str
        The columns that shall be unique together.

    Returns
    -------
    bool
        True when they include all keys of a table that has one row for each of them.
        Where rows are looked for by what the key is only declared to imply, they are
        counted.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> table = Table(from_="bronze.orders", write=Write(strategy="upsert", keys=("id",)))
    >>> keys_are_free(table, ["id", "day"]), keys_are_free(table, ["day"])
    (True, False)
    """
    write = table.write
    one_row_a_key = write.keeps_newest or write.recompute_unit == "group"
    if not one_row_a_key or not _holds_keys(table, columns):
        return False
    return not unproven(table)


def duplicates(columns: Sequence[str]) -> Transform:
    """Count the rows that repeat a key, which are rows minus distinct keys.

    Parameters
    ----------
    columns : sequence of str
        Columns of the key; NULL equals NULL.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    One shuffle. *Columns*: needs `columns` -> exactly one row with `duplicates`
    (bigint, 0 when there are no rows).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int", [(1,), (1,), (None,), (None,), (2,)])
    >>> df.transform(duplicates(["id"])).first().duplicates
    2
    """

    def apply(df: DataFrame) -> DataFrame:
        keys = [named(column) for column in columns]
        rows = F.count("*")
        grouped = df.groupBy(*keys)
        per_key = grouped.agg(rows.alias(_ROWS))
        repeats = F.sum(F.col(_ROWS) - 1)
        no_rows = F.lit(0).cast("bigint")
        duplicated = F.coalesce(repeats, no_rows)
        return per_key.agg(duplicated.alias("duplicates"))

    return apply


def _why_paid(table: Table, columns: Sequence[str]) -> str:
    implied = ", ".join(unproven(table))
    if implied and _holds_keys(table, columns):
        return f"only write.key_implies says that the key implies {implied}"
    return "these are not the keys of the table"


def _holds_keys(table: Table, columns: Sequence[str]) -> bool:
    keys = {key.lower() for key in table.write.keys}
    names = {column.lower() for column in columns}
    if not keys:
        return False
    return keys <= names
