"""What is wrong with a check is found without Spark."""

from __future__ import annotations

from typing import Any

import pytest

from lakesmith.spec.model.checks import GateColumns, check_from

COLUMNS = GateColumns({"n": "int", "c": "string", "day": "date", "m": "map<string,int>"}, ("n", "c", "day", "m"))


@pytest.mark.parametrize(("check", "found"), [
    ({"check": "mean", "column": "n", "min": "low"}, [("min", "'min' is 'low', a number expected")]),
    ({"check": "mean", "column": "c", "min": 1}, [("column", "check 'mean' needs a number, column 'c' is string")]),
    ({"check": "mean", "column": "n", "min": 3, "max": 2}, [("max", "'max' 2 is below 'min' 3")]),
    ({"check": "mean", "column": "n", "min": 3, "warn": {"max": 2, "min": 4}}, [("warn.max", "'max' 2 is below 'min' 4")]),
    ({"check": "null_share", "column": "c", "max": 5}, [("max", "'max' is 5, the value is always at most 1")]),
    ({"check": "null_share", "column": "c", "max": "5 %"}, []),
    ({"check": "null_count", "column": "c", "max": -1}, [("max", "'max' is -1, the value is always at least 0")]),
    ({"check": "sum", "column": "n", "max": 1, "where": "(n > 0"}, [("where", "'(' is not closed")]),
    ({"check": "sum", "column": "n", "max": 1, "where": "q > 0"}, [("where", "no column 'q' is there when the check is made")]),
    ({"check": "entropy", "column": "m", "max": 1}, [("column", "check 'entropy' needs a value that can be grouped, column 'm' is map<string,int>")]),
    ({"check": "correlation", "column": "n", "other": "c", "max": 1}, [("other", "check 'correlation' needs a number, column 'c' is string")]),
    ({"check": "minimum", "column": "day", "min": 5}, [("min", "5 is not a date")]),
    ({"check": "not_in_future", "column": "n"}, [("column", "check 'not_in_future' needs a date or timestamp, column 'n' is int")]),
    ({"check": "parses_as", "column": "n", "type": "date"}, [("column", "parses_as needs text, column 'n' is int")]),
    ({"check": "references", "columns": ["n"], "table": "silver.o", "to": ["a", "b"], "max": 0}, [("to", "1 columns refer to 2")]),
    ({"check": "sql", "query": "SELECT 1", "max": 0}, [("query", "the query does not read {table}")]),
    ({"check": "python", "function": "f", "max": 0}, [("function", "'f' names no function")]),
    ({"check": "not_null", "column": "n", "threshold": {"fail": 5}}, [("threshold.fail", "threshold 5 has no unit")]),
    ({"check": "not_null", "column": "n", "threshold": {"warn": "few"}}, [("threshold.warn", "threshold 'few' is no limit")]),
    ({"check": "not_null", "column": "n", "threshold": {"fail": "101 %"}}, [("threshold.fail", "threshold '101 %' is above 100 %")]),
    ({"check": "between", "column": "n", "min": 1, "where": "q > 0"}, [("where", "no column 'q' is there when the check is made")]),
])  # fmt: skip
def test_values_that_make_no_sense(check: dict[str, Any], found: list[tuple[str, str]]) -> None:
    made = check_from({"id": "c", **check})
    findings = [*made.findings(COLUMNS), *made.common_findings(COLUMNS)]
    assert [(finding.key, finding.what) for finding in findings] == found
