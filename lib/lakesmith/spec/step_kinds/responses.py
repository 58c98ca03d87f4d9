"""Record the steps that treat bad values, which are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lakesmith.spec.step_kinds.limits import Limit, read_limit
from lakesmith.spec.step_kinds.record import (
    Derived,
    Options,
    StepRecord,
    always,
    lowered,
)
from lakesmith.spec.step_kinds.statistics import Statistic

# A frozen value can change with each freezing, so that it is no function of other columns.
_FROZEN = "_frozen"


def imputed_from(options: Options) -> tuple[Statistic, ...]:
    """Return the frozen statistic of an `impute`, none for a constant.

    Examples
    --------
    >>> [str(one) for one in imputed_from({"column": "amount", "method": "median"})]
    ["median of 'amount'"]
    >>> imputed_from({"column": "amount", "value": 0})
    ()
    """
    method = str(options.get("method") or "constant")
    if method == "constant":
        return ()
    column = str(options.get("column"))
    groups = options.get("by")
    by: tuple[str, ...] = ()
    if isinstance(groups, list | tuple):
        by = tuple(map(str, groups))
    reference = _reference(options)
    return (Statistic(column, method, by=by, reference=reference),)


def limits_of(options: Options) -> dict[str, Limit]:
    """Return the limits of a `cap` that can be read, by ``lower`` and ``upper``.

    Examples
    --------
    >>> limits_of({"column": "amount", "lower": 0, "upper": {"high": 3}})
    {'lower': Limit(method='value', given=0)}
    """
    found = {}
    for side in ("lower", "upper"):
        try:
            found[side] = read_limit(options.get(side))
        except ValueError:
            continue
    return found


def capped_from(options: Options) -> tuple[Statistic, ...]:
    """Return the frozen statistics that the limits of a `cap` are computed from.

    Examples
    --------
    >>> options = {"column": "amount", "lower": 0, "upper": {"quantile": 0.99}}
    >>> [str(one) for one in capped_from(options)]
    ["quantile 0.99 of 'amount'"]
    """
    column = str(options.get("column"))
    reference = _reference(options)
    needs = [
        statistic
        for limit in limits_of(options).values()
        for statistic in limit.needs(column, reference)
    ]
    return tuple(dict.fromkeys(needs))


def marker_of(step: str, options: Options) -> str:
    """Return the hidden column in which a step marks the rows whose value it set.

    Examples
    --------
    >>> marker_of("impute", {"column": "Amount"})
    '_treated_impute_amount'
    """
    column = str(options.get("column")).lower()
    return f"{MARKER}{step}_{column}"


MARKER = "_treated_"


def _reference(options: Options) -> str:
    return str(options.get("reference") or "")


def _treated(
    needs: Callable[[Options], tuple[Statistic, ...]],
) -> Callable[[Options], Derived]:
    """Return the columns that a step sets, each with what decides its value."""

    def derives(options: Options) -> Derived:
        decides = lowered([options.get("column")])
        decides |= lowered(options.get("by"))
        decides |= lowered(options.get("order_by"))
        if needs(options):
            decides |= {_FROZEN}
        return _set_columns(options, decides)

    return derives


def _set_columns(options: Options, parts: frozenset[str]) -> Derived:
    derived: Derived = {}
    for option in ("column", "flag"):
        name = options.get(option)
        if name:
            derived[str(name).lower()] = parts
    return derived


def _no_needs(options: Options) -> tuple[Statistic, ...]:
    return ()


def _filled(options: Options) -> Derived:
    names = lowered(options.get("values"))
    names |= lowered([options.get("column")])
    flag = options.get("flag")
    if flag:
        names |= lowered([flag])
    return dict.fromkeys(names)


RESPONSES: Mapping[str, StepRecord] = {
    "cap": StepRecord(
        "lakesmith.transforms.responses.cap:cap",
        derives=_treated(capped_from),
        keeps_rows=always,
        frozen=capped_from,
        treats=True,
    ),
    "fill_gaps": StepRecord(
        "lakesmith.transforms.responses.fill_gaps:fill_gaps",
        derives=_filled,
        is_row_wise=False,
        groups_by="by",
        treats=True,
        needs_whole=True,
    ),
    "forward_fill": StepRecord(
        "lakesmith.transforms.responses.forward_fill:forward_fill",
        derives=_treated(_no_needs),
        is_row_wise=False,
        groups_by="by",
        treats=True,
        needs_whole=True,
    ),
    "impute": StepRecord(
        "lakesmith.transforms.responses.impute:impute",
        derives=_treated(imputed_from),
        # It gives each row back, and is not to repair text that could not be read.
        passes_rows=True,
        frozen=imputed_from,
        treats=True,
    ),
}
