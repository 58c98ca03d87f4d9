"""Impute missing values by a constant or a frozen statistic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pyspark.sql import DataFrame

from lakesmith.column_refs import named, require
from lakesmith.spec.step_kinds.statistics import Frozen, Statistic
from lakesmith.transforms.responses.frozen_values import (
    GROUP_VALUE,
    require_frozen,
    text_in,
    with_group_values,
)
from lakesmith.transforms.responses.treat import (
    Treated,
    constant_text,
    is_missing,
    typed,
)
from lakesmith.types import Transform

Method = Literal["constant", "mean", "median", "mode"]


def impute(
    *,
    column: str,
    method: Method = "constant",
    value: str | int | float | bool | None = None,
    by: Sequence[str] = (),
    reference: str = "",
    flag: str | None = None,
    frozen: Frozen | None = None,
) -> Transform:
    """Set missing values of a column, NULL or NaN, to a constant or a frozen statistic.

    Parameters
    ----------
    column : str
    method : {"constant", "mean", "median", "mode"}
    value : str, int, float or bool, optional
        The constant.
    by : sequence of str
        Take the mean or median of the row's group.
    reference : str
        The table whose frozen statistics are taken; that of the step when left out.
    flag : str, optional
        A column to add, true where the value was set.
    frozen : Frozen, optional
        The frozen statistics, which a run gives.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS331 or LS332 without the statistic; LS305 when a column is not there; LS333 when the
        column does not hold the value.

    Notes
    -----
    *Columns*: needs `column` and `by` -> the same types, the marks and `flag` BOOLEAN. A value
    whose group has no frozen statistic stays missing. Deletes stay as they are.

    Examples
    --------
    >>> df = spark.sql("SELECT * FROM VALUES (1.50BD), (NULL) AS t(amount)")
    >>> df.transform(impute(column="amount", value=0, flag="imputed")).drop(
    ...     "_treated_impute_amount").show()
    +------+-------+
    |amount|imputed|
    +------+-------+
    |  1.50|  false|
    |  0.00|   true|
    +------+-------+
    <BLANKLINE>
    """
    treated = Treated("impute", column, flag)
    statistic = Statistic(column, method, by=tuple(by), reference=reference)
    needs = [] if method == "constant" else [statistic]
    found = require_frozen("impute", needs, frozen)

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column, *by], "impute")
        kind = treated.kind_in(df)
        missing = is_missing(column, kind)
        if by:
            groups = found.of_groups(statistic)
            joined = with_group_values(df, groups, by, kind)
            of_group = named(GROUP_VALUE)
            is_due = missing & of_group.isNotNull()
            return treated.put(joined, of_group, is_due).drop(GROUP_VALUE)
        if needs:
            text = text_in(found.value(statistic), kind)
            return treated.put(df, typed(text, kind), missing)
        given = "" if value is None else value
        text = constant_text("impute", column, given, kind)
        return treated.put(df, typed(text, kind), missing)

    return apply
