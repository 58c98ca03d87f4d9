"""Judge the rules of a batch by the counts of its gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.model.checks.threshold import is_above

if TYPE_CHECKING:
    from lakesmith.quality.rule import Rule
    from lakesmith.spec.model.checks.threshold import Threshold


class JudgedByRows(Protocol):
    """What is judged by how many rows fail it, such as a rule or the check of a spec."""

    @property
    def id(self) -> str:
        """Name of the check."""

    @property
    def on_fail(self) -> str:
        """What becomes of a row that fails."""

    @property
    def threshold(self) -> Threshold | None:
        """How many rows may fail."""


def gate_results(
    rules: Sequence[Rule], metrics: Mapping[str, Any]
) -> tuple[CheckResult, ...]:
    """Read the outcome of each rule from the counts of the gate.

    Parameters
    ----------
    rules : sequence of Rule
    metrics : mapping of str to int
        What `gate_metrics` gave.

    Returns
    -------
    tuple of CheckResult
        In the order of the rules: ``error`` for a rule that could not be made, ``pass``
        when no row failed, ``fail`` and ``warn`` above the limit of its threshold, else the
        rule's `on_fail`. Below each limit a rule passes that neither quarantines nor drops.

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import NotNull
    >>> check = NotNull(id="given", column="id", on_fail="warn")
    >>> table = Table(from_="bronze.orders", checks=(check,))
    >>> rules = compile_rules(table, {"id": "int"})
    >>> gate_results(rules, {"rows": 3, "failed_0": 1})[0].message
    '1 of 3 rows'
    """
    return tuple(
        _result(rule, metrics[f"failed_{position}"], metrics["rows"])
        for position, rule in enumerate(rules)
    )


def row_result(check: JudgedByRows, column: str, failed: int, rows: int) -> CheckResult:
    """Judge a check of rows by how many of them fail it.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> row_result(NotNull(id="given", column="id"), "id", 1, 3).status
    'quarantine'
    """
    status, limit = _verdict(check, failed, rows)
    message = f"{failed} of {rows} rows" if failed else ""
    if limit:
        message += f", more than {limit}"
    return CheckResult(check.id, column, check.on_fail, status, failed, message)


def _result(rule: Rule, failed: int, rows: int) -> CheckResult:
    if rule.error:
        return CheckResult(rule.id, rule.column, rule.on_fail, "error", 0, rule.error)
    return row_result(rule, rule.column, failed, rows)


def _verdict(check: JudgedByRows, failed: int, rows: int) -> tuple[str, str]:
    """Return the status of a check, and the limit of its threshold that is passed."""
    if not failed:
        return "pass", ""
    limits = check.threshold.limits() if check.threshold else {}
    for status in ("fail", "warn"):
        if status in limits and is_above(failed, rows, limits[status]):
            return status, str(limits[status])
    is_of_rows = check.on_fail in ("quarantine", "drop")
    return ("pass" if limits and not is_of_rows else check.on_fail), ""
