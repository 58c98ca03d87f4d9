"""Set values of a column where they are due, and mark the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from lakesmith.column_refs import is_true, named, types_of
from lakesmith.columns import DELETED, UNFIT
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import exact_text
from lakesmith.spec.step_kinds.responses import MARKER, marker_of
from lakesmith.types import SCALARS, family, is_float


@dataclass(frozen=True)
class Treated:
    """Name the column that a step treats.

    Parameters
    ----------
    step : str
    column : str
    flag : str, optional
        A column of the table that is true where the step set the value.
    """

    step: str
    column: str
    flag: str | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """The boolean columns that say where the value was set."""
        marker = marker_of(self.step, {"column": self.column})
        if self.flag:
            return (marker, self.flag)
        return (marker,)

    def kind_in(self, df: DataFrame) -> str:
        """Return the type of the column.

        Raises
        ------
        StepError
            LS333 for a list, a map or a struct.
        """
        kind = types_of(df)[self.column.lower()].simpleString()
        if family(kind) not in SCALARS:
            found = f"column '{self.column}' is {kind}"
            what = f"{found}, which step '{self.step}' cannot set"
            hint = "treat its fields, each in a column"
            raise StepError(what, code="LS333", hint=hint)
        return kind

    def put(self, df: DataFrame, value: Column, is_due: Column) -> DataFrame:
        """Set the column where that is due, and mark these rows.

        *Columns*: needs `column`, of the type of `value` -> the same, and the marks as BOOLEAN.
        """
        name = actual_name(df, self.column)
        before = named(name)
        due = is_due & ~_is_spared(df)
        treated = F.when(due, value)
        columns = {name: treated.otherwise(before)}
        for mark in self.marks:
            was_marked = marked(df, mark)
            columns[mark] = due | was_marked
        return df.withColumns(columns)


def actual_name(df: DataFrame, name: str) -> str:
    """Return the name of a column as the frame has it.

    Examples
    --------
    >>> actual_name(spark.sql("SELECT 1 AS Amount"), "amount")
    'Amount'
    """
    lower = name.lower()
    return next(one for one in df.columns if one.lower() == lower)


def is_missing(name: str, kind: str) -> Column:
    """Return whether a value is NULL, or NaN. It is never NULL itself.

    Examples
    --------
    >>> df = spark.sql("SELECT float('NaN') AS amount")
    >>> df.select(is_missing("amount", "float")).first()[0]
    True
    """
    value = named(name)
    if is_float(kind):
        return value.isNull() | F.isnan(value)
    return value.isNull()


def typed(text: str, kind: str) -> Column:
    """Return the literal of a text that is a value of a type.

    Examples
    --------
    >>> spark.range(1).select(typed("4.50", "decimal(8,2)").alias("amount"))
    DataFrame[amount: decimal(8,2)]
    """
    value = F.lit(text)
    return value.cast(kind)


def constant_text(step: str, column: str, value: Any, kind: str) -> str:
    """Return the text of a value that a step sets in a column.

    Raises
    ------
    StepError
        LS333 when the type of the column does not hold the value.

    Examples
    --------
    >>> constant_text("impute", "amount", 0, "decimal(8,2)")
    '0.00'
    """
    try:
        return exact_text(value, kind)
    except ValueError as error:
        what = f"step '{step}' cannot set '{column}': {error}"
        hint = f"give a value of type {kind}"
        raise StepError(what, code="LS333", hint=hint) from None


def window_of(by: Iterable[str]) -> WindowSpec:
    """Return the window of each group, of all rows where no column groups them.

    Examples
    --------
    >>> rows = spark.range(3)
    >>> rows.select(F.count("id").over(window_of([])).alias("rows")).first().rows
    3
    """
    columns = [named(name) for name in by]
    if not columns:
        # A client of Spark Connect warns of a window without a partition.
        return Window.partitionBy(F.lit(0))
    return Window.partitionBy(*columns)


def markers_in(columns: Iterable[str]) -> list[str]:
    """Return the hidden columns that mark treated rows.

    Examples
    --------
    >>> markers_in(["id", "_treated_impute_amount"])
    ['_treated_impute_amount']
    """
    return [name for name in columns if name.startswith(MARKER)]


def marker_metrics(columns: Sequence[str]) -> list[Column]:
    """List the aggregates that count the treated rows, by the names of their marks.

    Examples
    --------
    >>> df = spark.sql("SELECT true AS _treated_impute_amount")
    >>> df.agg(*marker_metrics(df.columns)).first().asDict()
    {'_treated_impute_amount': 1}
    """
    counts: list[Column] = []
    for name in markers_in(columns):
        count = F.count_if(named(name))
        counts.append(count.alias(name))
    return counts


def _is_spared(df: DataFrame) -> Column:
    """Return whether a row is a delete, of which only the key counts, or goes to the quarantine."""
    spared = F.lit(False)
    if DELETED in df.columns:
        spared = is_true(named(DELETED))
    if UNFIT not in df.columns:
        return spared
    is_unfit = named(UNFIT).isNotNull()
    return spared | is_unfit


def marked(df: DataFrame, mark: str) -> Column:
    """Return whether an earlier step marked the row in the same column.

    Raises
    ------
    StepError
        LS307 when the column is no boolean.

    Examples
    --------
    >>> df = spark.sql("SELECT true AS imputed")
    >>> df.select(marked(df, "imputed"), marked(df, "other")).first()[:]
    (True, False)
    """
    kind = types_of(df).get(mark.lower())
    if kind is None:
        return F.lit(False)
    if not isinstance(kind, BooleanType):
        what = f"the flag '{mark}' is a column of type {kind.simpleString()}"
        raise StepError(what, code="LS307", hint="name a column that is not there")
    return is_true(named(mark))
