"""Say the number of rows and duplicates by the metrics `rowCount` and `duplicateValues`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.contracts.odcs.quality.failing_rows import threshold_of
from lakesmith.contracts.odcs.quality.operators import limits_of, operators
from lakesmith.contracts.odcs.quality.registry import (
    COUNTERPARTS,
    METRICS,
    Counterpart,
    Fields,
    NoCounterpartError,
    Rule,
)

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import RowCount, Unique


def _write_count(check: RowCount) -> Fields:
    return {"metric": "rowCount", **operators(check)}


def _read_count(rule: Rule) -> Fields:
    rule.element.take("unit")
    return dict(limits_of(rule.element, whole=True))


def _write_unique(check: Unique) -> Fields:
    arguments = {"properties": list(check.columns)}
    return {"metric": "duplicateValues", "arguments": arguments, "mustBe": 0}


def _read_unique(rule: Rule) -> Fields:
    limits_of(rule.element, whole=True)
    listed = rule.element.element("arguments").values("properties")
    return {"columns": listed or [rule.column]}


def _rows(rule: Rule) -> list[Fields]:
    return [{"check": "row_count", **_read_count(rule)}]


def _duplicates(rule: Rule) -> list[Fields]:
    if threshold_of(rule.element):
        raise NoCounterpartError("some duplicates are allowed")
    arguments = rule.element.element("arguments")
    found = arguments.values("properties") or [rule.column]
    if found == [""]:
        raise NoCounterpartError("no column")
    return [{"check": "unique", "columns": found}]


COUNTERPARTS["row_count"] = Counterpart(_write_count, _read_count)
COUNTERPARTS["unique"] = Counterpart(_write_unique, _read_unique)
METRICS["rowCount"] = _rows
METRICS["duplicateValues"] = _duplicates
