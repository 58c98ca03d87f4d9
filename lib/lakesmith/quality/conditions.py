"""Make the SQL conditions of checks, of which an error on a row is no error of the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true
from lakesmith.columns import DELETED, EMPTIED
from lakesmith.quality.checks.row.attempt import HOLDS, attempted
from lakesmith.quality.rule import Rule, reason_of

# Columns of a batch that mark what is no row of the table.
MARKS = (DELETED, EMPTIED)

# What is wrong with conditions, each of which is analysed once for columns of the same types.
_problems: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}


def holds(condition: str, columns: Mapping[str, str]) -> Column:
    """Return whether a condition holds, never NULL. It does not where it throws.

    Parameters
    ----------
    condition : str
        A boolean SQL expression.
    columns : mapping of str to str
        The columns on the frame and their types.

    Returns
    -------
    Column

    Examples
    --------
    >>> df = spark.sql("SELECT 0 AS n UNION ALL SELECT 5")
    >>> df.filter(holds("10 / n = 2", dict(df.dtypes))).count()
    1
    """
    outcome = attempted(F.expr(condition), columns)
    return is_true(outcome == HOLDS)


def measured_rows(
    condition: str | None, rows: DataFrame | None, marks: Sequence[str] = MARKS
) -> Column | None:
    """Return which rows of a batch are measured, None where all are.

    They are those for which the condition holds. A delete and a group that became empty are no
    rows of the table.

    Parameters
    ----------
    condition : str, optional
    rows : DataFrame, optional
        The rows of the batch, of which only the schema is asked.
    marks : sequence of str
        BOOLEAN columns that mark what is no row of the table. Rows that others made have none.

    Returns
    -------
    Column or None
        Never NULL. *Columns*: needs what the condition names, and the marks that are there.

    Examples
    --------
    >>> rows = spark.sql("SELECT 1 AS id, true AS _deleted")
    >>> rows.filter(measured_rows("id > 0", rows)).count()
    0
    >>> rows.filter(measured_rows("id > 0", rows, ())).count()
    1
    """
    if rows is None:
        if condition is not None:
            raise ValueError("a condition needs the rows that it is asked of")
        return None
    marked = [name for name in marks if name in rows.columns]
    conditions = [~is_true(F.col(mark)) for mark in marked]
    if condition is not None:
        conditions.append(holds(condition, dict(rows.dtypes)))
    return reduce(and_, conditions) if conditions else None


def condition_problem(condition: str | None, rows: DataFrame | None) -> str:
    """Return why a condition does not fit a frame, or nothing. No job.

    Examples
    --------
    >>> "nope" in condition_problem("nope > 0", spark.range(1))
    True
    >>> condition_problem("id > 0", spark.range(1))
    ''
    """
    if condition is None or rows is None:
        return ""
    asked = (condition, tuple(rows.dtypes))
    if asked not in _problems:
        _problems[asked] = _analysed(condition, rows)
    return _problems[asked]


def _analysed(condition: str, rows: DataFrame) -> str:
    try:
        columns = dict(rows.dtypes)
        held = holds(condition, columns)
        _ = rows.select(held).schema
    except AnalysisException as error:
        return f"its condition: {reason_of(error)}"
    return ""


def limited(rule: Rule, where: str | None, columns: Mapping[str, str]) -> Rule:
    """Return a rule that only rows fail for which a condition holds.

    Parameters
    ----------
    rule : Rule
    where : str, optional
        A boolean SQL expression; a row on which it throws is not checked.
    columns : mapping of str to str
        The columns on the frame and their types.

    Returns
    -------
    Rule
        The same without a condition. With one it is asked behind the steps, where all columns
        are.
    """
    if where is None or rule.error:
        return rule
    try:
        is_taken = holds(where, columns)
    except AnalysisException as error:
        # A classic session parses at once, Spark Connect with the frame.
        return rule.with_error(f"its condition: {reason_of(error)}")
    conditions = [text for text in (rule.expression, where) if text]
    expression = " AND ".join(f"({text})" for text in conditions)
    failed = rule.failed & is_taken
    return replace(rule, failed=failed, expression=expression, reads_raw=False)
