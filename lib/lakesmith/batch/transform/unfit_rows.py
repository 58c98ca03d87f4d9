"""Judge the input of a row before the steps, so that none of them hides or loses a bad row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import takewhile
from operator import or_
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named, null, types_of
from lakesmith.columns import (
    PASSES,
    RAW,
    REFUSED,
    RESCUED,
    UNFIT,
)
from lakesmith.spec.step_effects import (
    changed_columns,
    filtering_columns,
    is_user_function,
    keeps_rows,
    passes_rows,
)
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.quality.rule import Rule
    from lakesmith.spec.step_effects import Step

_REJECTS = ("quarantine", "drop", "fail")


@dataclass(frozen=True)
class SplitSteps:
    """Hold the steps of a table, in their order.

    Parameters
    ----------
    repairing : list
        They see all rows, and may give a value to one that does not fit.
    passing : list
        Filters, joins and what follows them, which let a row pass that does not fit.
    lossy : list
        They may lose or group rows, and see only those that fit.
    """

    repairing: list[Step]
    passing: list[Step]
    lossy: list[Step]


def judge(rules: Sequence[Rule]) -> Transform:
    """Add `_unfit`, which names the rules that the input of a row fails.

    Parameters
    ----------
    rules : sequence of Rule

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs the contract's and `_raw` -> adds `_unfit` ARRAY<STRING>, NULL for a row that
    fits; as they are where no rule looks at the input. A rule that only warns is left to the gate,
    so that a step can repair the value.
    """
    of_input = [rule for rule in rules if _judges(rule)]
    return _named_in_unfit(of_input)


def judge_given(
    rules: Sequence[Rule], lossy: Sequence[Step], spares: Sequence[Column]
) -> Transform:
    """Add to `_unfit` the columns that must be given, have no value and get none from the steps.

    Parameters
    ----------
    rules : sequence of Rule
    lossy : sequence of step
        The steps that follow and may lose rows, such as a `dedupe`.
    spares : sequence of Column
        The conditions of rows that are left to the gate, such as deletes.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs those of the rules -> adds to `_unfit` ARRAY<STRING>. A column that a later
    step changes, or filters by, is left to the gate. So are all before a function of the user.
    """
    if any(is_user_function(step) for step in lossy):
        return _named_in_unfit([])
    touched: set[str] = set()
    for step in lossy:
        touched |= changed_columns(step)
        touched |= filtering_columns(step)
    left = reduce(or_, map(is_true, spares), F.lit(False))
    required: list[Rule] = []
    for rule in rules:
        if _is_given(rule) and rule.column.lower() not in touched:
            failed = rule.failed & ~left
            required.append(replace(rule, failed=failed))
    return _named_in_unfit(required)


def _named_in_unfit(rules: Sequence[Rule]) -> Transform:
    def apply(rows: DataFrame) -> DataFrame:
        if not rules:
            return rows
        names: list[Column] = []
        for rule in rules:
            name = F.lit(_name(rule))
            names.append(F.when(rule.failed, name))
        failing = F.array_compact(F.array(*names))
        is_unfit = reduce(or_, [rule.failed for rule in rules])
        failed = F.when(is_unfit, failing)
        if UNFIT not in rows.columns:
            return rows.withColumn(UNFIT, failed)
        known = named(UNFIT)
        joined = F.concat(known, failed)
        both = F.coalesce(joined, known, failed)
        return rows.withColumn(UNFIT, both)

    return apply


def with_judgement(rules: Sequence[Rule], rows: DataFrame) -> tuple[Rule, ...]:
    """Let a rule on the input also fail where the input failed it, whatever the steps made of it.

    Parameters
    ----------
    rules : sequence of Rule
    rows : DataFrame
        The rows behind the steps.

    Returns
    -------
    tuple of Rule
    """
    if UNFIT not in rows.columns:
        return tuple(rules)
    return tuple(
        _judged(rule) if _judges(rule) or _is_given(rule) else rule for rule in rules
    )


def split_steps(steps: Sequence[Step]) -> SplitSteps:
    """Return the steps of a table by what they may do to a row that does not fit.

    Examples
    --------
    >>> split = split_steps([{"trim": ["a"]}, {"filter": "a > 0"}, {"dedupe": {"keys": ["a"]}}])
    >>> split.repairing, split.passing, split.lossy
    ([{'trim': ['a']}], [{'filter': 'a > 0'}], [{'dedupe': {'keys': ['a']}}])
    """
    repairing = [*takewhile(_may_repair, steps)]
    count = len(repairing)
    others = [*steps[count:]]
    passing = [*takewhile(passes_rows, others)]
    lossy = others[len(passing) :]
    return SplitSteps(repairing, passing, lossy)


def passing_filters(
    passes_of: Callable[[DataFrame], Sequence[Column]], steps: Transform
) -> Transform:
    """Run steps whose filters let some rows pass.

    Parameters
    ----------
    passes_of : callable
        DataFrame -> the conditions of the rows that pass, any of which is enough.
    steps : callable
        DataFrame -> DataFrame

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: those of `steps`, which see ``_passes`` BOOLEAN beside them.
    """

    def apply(rows: DataFrame) -> DataFrame:
        passes = [is_true(one) for one in passes_of(rows)]
        if not passes:
            return rows.transform(steps)
        marked = rows.withColumn(PASSES, reduce(or_, passes))
        return marked.transform(steps).drop(PASSES)

    return apply


def past(lossy: Transform, watch: Transform | None = None) -> Transform:
    """Run steps that may lose or group rows on the rows that fit, and lead the others past them.

    Parameters
    ----------
    lossy : callable
        DataFrame -> DataFrame
    watch : callable, optional
        DataFrame -> DataFrame, which counts the rows that do not fit. They are left out then.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `_unfit` -> those of `lossy`, `_unfit`, and what the gate needs to show a row
    that does not fit. Such a row has NULL where the steps make a column, or another type.
    Without `watch` the input is read twice.
    """

    def apply(rows: DataFrame) -> DataFrame:
        if UNFIT not in rows.columns:
            return rows.transform(lossy)

        fits = named(UNFIT).isNull()
        watched = watch(rows) if watch else rows
        fit = watched.filter(fits).drop(UNFIT)
        shaped = fit.transform(lossy).transform(_with_columns_of_gate(rows))
        if watch:
            return shaped
        unfit = rows.filter(~fits).transform(_in_columns_of(shaped))
        return shaped.unionByName(unfit)

    return apply


def _with_columns_of_gate(rows: DataFrame) -> Transform:
    """Add the columns that the gate needs and the steps lost, as NULL."""
    shown = RAW if RAW in rows.columns else RESCUED
    needed = [name for name in (shown, REFUSED, UNFIT) if name in rows.columns]
    nulls = {name: null(rows.schema[name].dataType) for name in needed}

    def apply(shaped: DataFrame) -> DataFrame:
        added = {
            name: null for name, null in nulls.items() if name not in shaped.columns
        }
        return shaped.withColumns(added)

    return apply


def _in_columns_of(shaped: DataFrame) -> Transform:
    target = types_of(shaped)

    def apply(rows: DataFrame) -> DataFrame:
        have = types_of(rows)
        columns: list[Column] = []
        for name in shaped.columns:
            kind = target[name.lower()]
            value = named(name) if have.get(name.lower()) == kind else F.lit(None)
            columns.append(value.cast(kind).alias(name))
        return rows.select(*columns)

    return apply


def _may_repair(step: Step) -> bool:
    return is_user_function(step) or keeps_rows(step)


def _judges(rule: Rule) -> bool:
    return rule.reads_raw and rule.on_fail in _REJECTS and not rule.error


def _is_given(rule: Rule) -> bool:
    if rule.check != "not_null" or rule.id != f"{rule.column}_given":
        return False
    return rule.on_fail in _REJECTS and not rule.error


def _judged(rule: Rule) -> Rule:
    name = _name(rule)
    is_named = F.array_contains(named(UNFIT), name)
    failed = rule.failed | is_true(is_named)
    return replace(rule, failed=failed)


def _name(rule: Rule) -> str:
    return f"{rule.id} {rule.column}"
