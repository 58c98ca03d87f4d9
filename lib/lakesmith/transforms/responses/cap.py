"""Cap values at limits, which are constants or frozen statistics (winsorising)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named, require
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import NUMBERS, TIMES
from lakesmith.spec.step_kinds.limits import Limit, read_limit
from lakesmith.spec.step_kinds.statistics import Frozen, Statistic, Value
from lakesmith.transforms.responses.frozen_values import require_frozen, text_in
from lakesmith.transforms.responses.treat import Treated, constant_text, typed
from lakesmith.types import Transform, family, is_float

Given = str | int | float | Mapping[str, float] | None
# A value below the lower limit is raised to the next one that its type has.
_ROUNDINGS = {"lower": "up", "upper": "down"}


def cap(
    *,
    column: str,
    lower: Given = None,
    upper: Given = None,
    reference: str = "",
    flag: str | None = None,
    frozen: Frozen | None = None,
) -> Transform:
    """Set values below a lower limit to it, and those above an upper one.

    Parameters
    ----------
    column : str
    lower, upper : str, int, float or mapping, optional
        A value; ``{quantile: 0.99}``; ``{zscore: 3}``, so many standard deviations from the mean;
        or ``{iqr: 1.5}``, so many interquartile ranges from the quartiles.
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
        LS331 or LS332 without a statistic; LS305 when the column is not there; LS333 when it does
        not hold a limit; LS334 when the lower limit is above the upper one.

    Notes
    -----
    *Columns*: needs `column` -> the same type, the marks and `flag` BOOLEAN. NULL and NaN stay,
    infinity is beyond every limit. Deletes stay as they are.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "amount int", [(-1,), (5,), (None,)])
    >>> df.transform(cap(column="amount", lower=0)).select("amount").show()
    +------+
    |amount|
    +------+
    |     0|
    |     5|
    |  NULL|
    +------+
    <BLANKLINE>
    """
    treated = Treated("cap", column, flag)
    given = {"lower": lower, "upper": upper}
    limits: dict[str, Limit] = {}
    needs: list[Statistic] = []
    for side, one in given.items():
        if one is not None:
            limit = read_limit(one)
            limits[side] = limit
            needs += limit.needs(column, reference)
    found = require_frozen("cap", needs, frozen)

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column], "cap")
        kind = treated.kind_in(df)
        _require_ordered(column, kind)
        texts = {
            side: _text(side, limit, column, kind, found)
            for side, limit in limits.items()
        }
        _require_order(column, texts, kind)
        return _capped(df, treated, texts, kind)

    return apply


def _capped(
    df: DataFrame, treated: Treated, texts: Mapping[str, str], kind: str
) -> DataFrame:
    value = named(treated.column)
    limits = [_exceeded(value, side, typed(text, kind)) for side, text in texts.items()]
    limit = F.coalesce(*limits)
    is_due = limit.isNotNull()
    # NaN is greater than any number in Spark.
    if is_float(kind):
        is_due &= ~F.isnan(value)
    return treated.put(df, limit, is_true(is_due))


def _exceeded(value: Column, side: str, bound: Column) -> Column:
    """Return a bound where the value is beyond it."""
    if side == "lower":
        return F.when(value < bound, bound)
    return F.when(value > bound, bound)


def _require_ordered(column: str, kind: str) -> None:
    if family(kind) in (*NUMBERS, *TIMES):
        return
    takes = "cap takes numbers, dates and timestamps"
    what = f"column '{column}' is {kind}, and {takes}"
    hint = "cast it in an earlier step"
    raise StepError(what, code="LS333", hint=hint)


def _text(side: str, limit: Limit, column: str, kind: str, frozen: Frozen) -> str:
    if limit.method == "value":
        return constant_text("cap", column, limit.given, kind)
    values = [frozen.value(one) for one in limit.needs(column, "")]
    if limit.method == "quantile":
        (value,) = values
    else:
        value = _fence(side, limit, values)
    rounding = _ROUNDINGS[side]
    return text_in(value, kind, rounding)


def _fence(side: str, limit: Limit, values: list[Value]) -> Value:
    """Return the limit that is so many deviations or ranges away."""
    first, second = (Decimal(value.text) for value in values)
    is_lower = side == "lower"
    times = Decimal(str(limit.given))
    if limit.method == "zscore":
        start = first
        reach = times * second
    else:
        start = first if is_lower else second
        reach = times * (second - first)
    fence = start - reach if is_lower else start + reach
    return Value(str(fence), "decimal(38,18)")


def _require_order(column: str, texts: Mapping[str, str], kind: str) -> None:
    if len(texts) < 2:
        return
    lower = texts["lower"]
    upper = texts["upper"]
    is_wrong = lower > upper
    if family(kind) in NUMBERS:
        is_wrong = Decimal(lower) > Decimal(upper)
    if is_wrong:
        what = f"the lower limit {lower} of '{column}' is above the upper one {upper}"
        raise StepError(what, code="LS334", hint="give other limits, or freeze again")
