"""Give the frozen statistics of a table in the type of a column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, types_of
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import NUMBERS, number_text
from lakesmith.spec.step_kinds.statistics import Frozen, Groups, Statistic, Value
from lakesmith.types import EXACT, family

GROUP_VALUE = "_group_value"


def require_frozen(
    step: str, needs: Sequence[Statistic], frozen: Frozen | None
) -> Frozen:
    """Return the frozen statistics, once they have all that a step needs.

    Raises
    ------
    StepError
        LS331 without frozen statistics, LS332 when one is not among them.

    Examples
    --------
    >>> require_frozen("impute", [Statistic("amount", "mean")], Frozen("silver.orders", 1))
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS332 step 'impute' needs the mean of 'amount', which version 1 of
    the frozen statistics of silver.orders has not
      next:  run `lakesmith quality freeze silver.orders`; a column without values has no statistics
    """
    for statistic in needs:
        if frozen is None:
            table = statistic.reference or "TABLE"
            what = f"step '{step}' needs the {statistic}, and no statistics are frozen"
            hint = f"run `lakesmith quality freeze {table}`"
            raise StepError(what, code="LS331", hint=hint)
        if not frozen.has(statistic):
            what = f"step '{step}' needs the {statistic}, which {frozen} has not"
            hint = (
                f"run `lakesmith quality freeze {frozen.table}`; a column without values"
                " has no statistics"
            )
            raise StepError(what, code="LS332", hint=hint)
    return frozen or Frozen("", 0)


def text_in(value: Value, kind: str, rounding: str = "nearest") -> str:
    """Return a frozen value as text of a type.

    Parameters
    ----------
    value : Value
    kind : str
        The type of the column.
    rounding : {"nearest", "up", "down"}
        Where to, for a number that the type does not have.

    Raises
    ------
    StepError
        LS333 when the column has another kind of values, or none that great.

    Examples
    --------
    >>> text_in(Value("2.5000", "decimal(24,4)"), "int")
    '3'
    >>> text_in(Value("2026-01-01", "date"), "date")
    '2026-01-01'
    """
    is_number = family(value.type) in NUMBERS and family(kind) in NUMBERS
    if not is_number and value.type != kind:
        what = f"the frozen value is {value.type} and the column {kind}"
        raise StepError(what, code="LS333", hint="run `lakesmith quality freeze` again")
    try:
        if is_number:
            return number_text(value.text, kind, rounding)
        return value.text
    except ValueError as error:
        hint = "run `lakesmith quality freeze` again, or give a constant"
        raise StepError(f"frozen value {error}", code="LS333", hint=hint) from None


def with_group_values(
    df: DataFrame, groups: Groups, by: Sequence[str], kind: str
) -> DataFrame:
    """Add the frozen value of each row's group, NULL for a group without one.

    *Columns*: needs `by` -> adds ``_group_value`` of the type `kind`.

    Raises
    ------
    StepError
        LS333 when a column of the groups has another type than it had.
    """
    _require_types(df, groups, by)
    keys: list[str] = []
    conditions: list[Column] = []
    for name in by:
        key = f"_group_{len(keys)}"
        keys.append(key)
        value = named(name)
        is_same = value.eqNullSafe(named(key))
        conditions.append(is_same)
    is_match = reduce(and_, conditions)
    lookup = _lookup(df, groups, keys, kind)
    joined = df.join(F.broadcast(lookup), is_match, "left")
    return joined.drop(*keys)


def _lookup(df: DataFrame, groups: Groups, keys: list[str], kind: str) -> DataFrame:
    """Return the groups with their values, each in its type."""
    rows = []
    for group, value in groups.values.items():
        text = text_in(value, kind)
        rows.append((*group, text))
    names = [*keys, GROUP_VALUE]
    ddl = ", ".join(f"{name} STRING" for name in names)
    session = df.sparkSession
    found = session.createDataFrame(rows, ddl)
    kinds = [*groups.types, kind]
    columns = map(_cast, names, kinds)
    return found.select(*columns)


def _cast(name: str, kind: str) -> Column:
    value = named(name)
    return value.cast(kind).alias(name)


def _require_types(df: DataFrame, groups: Groups, by: Sequence[str]) -> None:
    have = types_of(df)
    for name, kind in zip(by, groups.types, strict=True):
        found = have[name.lower()].simpleString()
        if found == kind and family(kind) in EXACT:
            continue
        what = f"the groups were frozen with '{name}' {kind}, and it is {found}"
        hint = "run `lakesmith quality freeze` again"
        raise StepError(what, code="LS333", hint=hint)
