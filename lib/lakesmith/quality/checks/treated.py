"""Tell how many values the steps of a table set, as results of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.step_kinds.resolve import treatments
from lakesmith.spec.step_kinds.responses import limits_of

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


def treated_results(table: Table, metrics: Mapping[str, Any]) -> Iterator[CheckResult]:
    """Yield one result for each column and kind of step that treats it.

    Parameters
    ----------
    table : Table
    metrics : mapping of str to int
        What the gate counted.

    Yields
    ------
    CheckResult
        It passed; `failed` is how many values were set.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> steps = [{"impute": {"column": "amount", "value": 0}}]
    >>> table = Table.model_validate({"from": "bronze.orders", "steps": steps})
    >>> next(treated_results(table, {"rows": 5, "_treated_impute_amount": 2})).message
    '2 of 5 rows set: constant 0'
    """
    said: dict[tuple[str, str, str], list[str]] = {}
    for name, options, marker in treatments(table):
        column = str(options.get("column"))
        treated = (marker, name, column)
        how = said.setdefault(treated, [])
        how.append(_how(name, options))
    rows = metrics["rows"]
    for (marker, name, column), how in said.items():
        count = metrics.get(marker, 0)
        methods = "; ".join(how)
        message = f"{count} of {rows} rows set: {methods}"
        yield CheckResult(name, column, name, "pass", count, message)


def _how(name: str, options: Mapping[str, Any]) -> str:
    frozen = options.get("frozen")
    version = f", {frozen}" if frozen else ""
    method = _METHODS.get(name, _as_named)
    return method(options) + version


def _imputed(options: Mapping[str, Any]) -> str:
    groups = options.get("by")
    method = options.get("method", "constant")
    text = f"{method}"
    if groups:
        text = f"{text} by {', '.join(groups)}"
    if method == "constant":
        text = f"{text} {options['value']}"
    return text


def _capped(options: Mapping[str, Any]) -> str:
    limits = limits_of(options).items()
    return ", ".join(f"{side} {limit}" for side, limit in limits)


def _dense(options: Mapping[str, Any]) -> str:
    return f"a row every {options.get('every')}"


def _as_named(options: Mapping[str, Any]) -> str:
    return "the last known value"


_METHODS = {"impute": _imputed, "cap": _capped, "fill_gaps": _dense}
