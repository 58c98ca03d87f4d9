"""How a check of a whole batch is measured and judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pyspark.sql import Column, DataFrame

from lakesmith.quality.conditions import MARKS
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model.checks.base import Check
    from lakesmith.spec.model.table import Table
    from lakesmith.spec.model.write import KeyFilter
    from lakesmith.spec.step_kinds.statistics import Frozen

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

C = TypeVar("C", bound="Check")


@dataclass(frozen=True)
class EarlierKeys:
    """Name a key by which the rows of a batch are looked for among earlier rows.

    `condition` limits both to the rows that count. `key_filter` sizes a stored filter of the
    earlier keys, None where there is none.
    """

    columns: tuple[str, ...]
    condition: Column | None = None
    key_filter: KeyFilter | None = None


class Unmeasured(str):
    """The reason for which a metric could not be measured, in its place."""


@dataclass(frozen=True)
class BatchScope:
    """What the checks of a batch are made on.

    `columns` are the columns of the accepted rows and their types as `simpleString`;
    `run_time` is the recorded "now" of the run, with a time zone. `rows` is a frame of these
    columns, of which only the schema is asked. `tables` are
    the other tables that checks read. `row_counts` are about how many rows a table has, by name, as
    far as that is known without a job. `marks` name the columns that mark what is no row of the
    table. `frozen` are the frozen statistics that checks compare with, by table; `name` is that of
    the table itself.
    """

    table: Table
    columns: Mapping[str, str] = field(default_factory=dict)
    run_time: datetime = EPOCH
    rows: DataFrame | None = None
    tables: Mapping[str, DataFrame] = field(default_factory=dict)
    row_counts: Mapping[str, int] = field(default_factory=dict)
    name: str = ""
    marks: Sequence[str] = MARKS
    frozen: Mapping[str, Frozen] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchEvaluation(Generic[C]):
    """How one check of a batch is measured and judged.

    A subclass returns the metrics that it needs and judges them. A metric is measured
    once for all checks that give it the same name, so the name says all that it
    depends on. The number of accepted rows, `rows`, is always measured.
    """

    check: C
    scope: BatchScope

    def problem(self) -> str:
        """Return why the check cannot be made on these columns, or nothing."""
        return ""

    def metrics(self) -> dict[str, Column]:
        """Return the aggregates to observe on the accepted rows, by name.

        Notes
        -----
        *Columns*: needs what the check names -> one row of metrics.
        """
        return {}

    def shuffles(self) -> dict[str, Transform]:
        """Return the aggregates that read the written table once more, by name.

        Each gives one row of one column. Only checks of cost ``shuffle`` are asked.

        Notes
        -----
        *Columns*: needs what the check names -> exactly one row with the metric.
        """
        return {}

    def earlier_keys(self) -> dict[str, EarlierKeys]:
        """Return the keys to look for among earlier rows, by the metric that counts them.

        Such a metric is in `shuffles` too, for rows without a history.
        """
        return {}

    def exact(self, metrics: Mapping[str, Any]) -> dict[str, Transform]:
        """Return the exact aggregates of the batch for an estimate that decides nothing, by name.

        An estimate decides nothing where a bound is within its error. It is asked with the
        metrics that were observed.

        Notes
        -----
        *Columns*: needs what the check names -> exactly one row with the metric.
        """
        return {}

    def plan_note(self) -> str:
        """Return what the check costs on this table and why, or nothing."""
        return ""

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Judge the metrics."""
        raise NotImplementedError
