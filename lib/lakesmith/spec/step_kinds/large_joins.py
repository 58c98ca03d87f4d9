"""Record the steps that join a batch with a large input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lakesmith.spec.step_kinds.record import Options, StepRecord
from lakesmith.spec.step_kinds.statistics import Statistic

_STEPS = "lakesmith.transforms.joins.large.steps"


FROZEN = "frozen"
HOT_KEYS = "hot_keys"


def hot_keys_statistic(on: Sequence[str], reference: str = "") -> Statistic:
    """Return the statistic of a table that has the hot keys of some columns.

    Examples
    --------
    >>> str(hot_keys_statistic(["customer", "day"]))
    "hot_keys of 'customer' by day"
    """
    column, *others = map(str, on)
    return Statistic(column, HOT_KEYS, by=tuple(others), reference=reference)


def _hot_keys(options: Options) -> tuple[Statistic, ...]:
    on = options.get("on")
    is_asked = options.get("hot_keys") == FROZEN
    if not is_asked or not isinstance(on, list | tuple) or not on:
        return ()
    reference = str(options.get("reference") or "")
    return (hot_keys_statistic(on, reference),)


def _problems(options: Options) -> Iterable[str]:
    if options.get("reference") and options.get("hot_keys") != FROZEN:
        yield "a reference is that of frozen keys: write hot_keys: frozen"


def _is_left(options: Options) -> bool:
    return bool(options.get("how", "left") == "left")


LARGE_JOINS: Mapping[str, StepRecord] = {
    "anti_join_bloom": StepRecord(
        f"{_STEPS}:anti_join_bloom",
        inputs={"input": "other"},
        filters_of={"input": "stored"},
        is_row_wise=False,
        joins_on="on",
        passes_rows=True,
    ),
    "join_skewed": StepRecord(
        f"{_STEPS}:join_skewed",
        inputs={"input": "other"},
        is_row_wise=False,
        joins_on="on",
        keeps_rows=_is_left,
        passes_rows=True,
        may_use=_hot_keys,
        problems=_problems,
    ),
    "semi_join_bloom": StepRecord(
        f"{_STEPS}:semi_join_bloom",
        inputs={"input": "other"},
        filters_of={"input": "stored"},
        is_row_wise=False,
        joins_on="on",
        passes_rows=True,
    ),
}
