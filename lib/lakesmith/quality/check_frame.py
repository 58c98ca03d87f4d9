"""Check any DataFrame, such as one of a notebook, of a test or of a table that others build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from lakesmith.quality.batch_checks import (
    batch_metrics,
    batch_results,
    exact_metrics,
    shuffle_metrics,
)
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.quality.checks.batch.measure import measure
from lakesmith.quality.gate import gate_metrics, tag
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.regex_problems import with_known_patterns
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks.base import Check
from lakesmith.spec.model.checks.check_list import check_list

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.step_kinds.statistics import Frozen


def check_frame(
    rows: DataFrame,
    checks: Sequence[Check | Mapping[str, Any]],
    *,
    run_time: datetime | None = None,
    tables: Mapping[str, DataFrame] | None = None,
    frozen: Mapping[str, Frozen] | None = None,
    name: str = "",
) -> tuple[CheckResult, ...]:
    """Check the rows of a frame.

    Parameters
    ----------
    rows : DataFrame
    checks : sequence of Check or mapping
        As in the spec of a table. No row is taken away: `on_fail` names the status only.
    run_time : datetime, optional
        The "now" of checks that compare with it; the present time when left out.
    tables : mapping of str to DataFrame, optional
        The tables that checks compare with, by the name that they give.
    frozen : mapping of str to Frozen, optional
        The frozen statistics that checks compare with, by table.
    name : str
        The table that the rows are of, whose frozen statistics count where a check names none.

    Returns
    -------
    tuple of CheckResult
        First those of rows, then those of the whole.

    Raises
    ------
    ConfigError
        With all mistakes of the checks.

    Notes
    -----
    One job for all free checks, one for each estimate that decides nothing, and one for each check
    that costs a shuffle. *Columns*: needs what the checks name.

    Examples
    --------
    >>> checks = [
    ...     {"id": "small", "check": "between", "column": "id", "max": 5, "on_fail": "warn"},
    ...     {"id": "many", "check": "row_count", "min": 100},
    ... ]
    >>> [(one.check, one.status, one.message) for one in check_frame(spark.range(8), checks)]
    [('small', 'warn', '2 of 8 rows'), ('many', 'fail', '8 rows, expected at least 100')]
    """
    types = dict(rows.dtypes)
    as_data = [one for one in checks if not isinstance(one, Check)]
    read = iter(check_list(as_data, types))
    made = tuple(one if isinstance(one, Check) else next(read) for one in checks)
    now = run_time or datetime.now(timezone.utc)
    table = Table(from_="bronze.checked", checks=made)
    # The columns of such rows are values, whatever their names.
    scope = BatchScope(
        table,
        types,
        now,
        rows,
        tables or {},
        name=name,
        marks=(),
        frozen=frozen or {},
    )
    rules = with_known_patterns(
        resolve(compile_rules(scope.table, types, now), rows), rows
    )
    tagged = rows.transform(tag(rules))
    aggregates = [*gate_metrics(rules), *batch_metrics(scope)]
    (found,) = tagged.agg(*aggregates).collect()
    metrics = found.asDict()
    measures = {**exact_metrics(scope, metrics), **shuffle_metrics(scope)}
    paid: dict[str, Any] = {}
    for name, one in measures.items():
        paid[name] = measure(rows, one)

    of_rows = gate_results(rules, metrics)
    of_batch = batch_results(scope, {**metrics, **paid})
    return (*of_rows, *of_batch)
