"""Record the steps that join a batch with a large input."""

from __future__ import annotations

from collections.abc import Mapping

from lakesmith.spec.step_kinds.record import Options, StepRecord

_STEPS = "lakesmith.transforms.joins.large.steps"


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
