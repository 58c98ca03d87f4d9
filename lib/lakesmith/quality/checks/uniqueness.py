"""The check `unique`: free on the keys of a table, one shuffle on any other columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.check_result import CheckResult, metric_result
from lakesmith.quality.rule import find
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model import Check, Table
from lakesmith.types import Transform


def keys_are_free(table: Table, check: Check) -> bool:
    """Whether the write itself makes the columns of a check unique, so that nothing need be read.

    Parameters
    ----------
    table : Table
    check : Check
        A check of kind `unique`.

    Returns
    -------
    bool
        True when the columns include all keys of a table that has one row for each of them. Where
        rows are looked for by what the key is only said to imply, they are counted.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> table = Table(from_="bronze.orders", write=Write(strategy="upsert", keys=("id",)))
    >>> keys_are_free(table, Check(id="one", check="unique", columns=("id",)))
    True
    """
    keys = {key.lower() for key in table.write.keys}
    columns = {column.lower() for column in unique_columns(check)}
    one_a_key = table.write.keeps_newest or table.write.recompute_unit == "group"
    return one_a_key and bool(keys) and keys <= columns and not unproven(table)


def paid_unique_checks(table: Table) -> list[Check]:
    """List the `unique` checks of a table that cost a shuffle."""
    return [
        check
        for check in table.checks
        if check.check == "unique" and not keys_are_free(table, check)
    ]


def why_paid(table: Table, check: Check) -> str:
    """Say why a `unique` check of a table costs a shuffle."""
    keys = {key.lower() for key in table.write.keys}
    if (
        keys
        and keys <= {column.lower() for column in unique_columns(check)}
        and unproven(table)
    ):
        return (
            "nothing but write.key_implies says that the key implies "
            f"{', '.join(unproven(table))}"
        )
    return "these are not the keys of the table"


def unique_columns(check: Check) -> tuple[str, ...]:
    """Return the columns that shall be unique together."""
    return check.columns or ((check.column,) if check.column else ())


def missing_columns(check: Check, columns: Mapping[str, str]) -> list[str]:
    """List the columns of a check that a frame does not have.

    Examples
    --------
    >>> missing_columns(Check(id="one", check="unique", columns=("id", "day")), {"ID": "int"})
    ['day']
    """
    return [name for name in unique_columns(check) if find(columns, name) is None]


def duplicates(columns: Sequence[str]) -> Transform:
    """Count the rows that repeat a key: rows minus distinct keys.

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
    One shuffle. *Columns*: needs `columns` -> exactly one row with `duplicates` (bigint, 0 when
    there are no rows).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> frame(spark, "id int",
    ...     [(1,), (1,), (None,), (None,), (2,)]).transform(duplicates(["id"])).first().duplicates
    2
    """

    def apply(df: DataFrame) -> DataFrame:
        per_key = df.groupBy(*map(named, columns)).agg(F.count(F.lit(1)).alias("_rows"))
        return per_key.agg(
            F.coalesce(F.sum(F.col("_rows") - 1), F.lit(0).cast("bigint")).alias(
                "duplicates"
            )
        )

    return apply


def unique_result(check: Check, duplicated: int) -> CheckResult:
    """Return the verdict of a `unique` check from the number of rows that repeat a key.

    Examples
    --------
    >>> unique_result(Check(id="one", check="unique", columns=("id",)), 2).message
    '2 rows repeat a key'
    """
    return metric_result(
        check,
        f"{duplicated} rows repeat a key" if duplicated else "",
        failed=duplicated,
    )
