"""Rules on checks and the types of their columns: what a contract says of a column, a check can be held against."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.model import Check, Column
from lakesmith.spec.values.check_literals import Value, comparable
from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.provenance import Finding

_TIMES = ("date", "timestamp", "timestamp_ntz")
_HINTS = {
    "string": "quote it: text is compared with text",
    "boolean": "write true or false, unquoted",
    "date": "write it as '2024-01-31', quoted",
    "timestamp": "write it as '2024-01-31 08:00:00' or '2024-01-31T08:00:00Z', quoted",
    "timestamp_ntz": "write it as '2024-01-31 08:00:00', quoted, without a zone",
}


def type_findings(
    check: Check, place: str, columns: dict[str, Column]
) -> Iterator[Finding]:
    """Require that what a check compares with a contract column is a value of its type."""
    column = columns.get(check.column or "")
    kind = column.type.strip() if column else ""
    if not kind or type_problem(kind):
        return
    if check.check == "freshness" and kind not in _TIMES:
        what = f"freshness needs a time, column '{check.column}' is {kind}"
        yield Finding(
            "LS145", f"{place}.column", what, "name a column of type date or timestamp"
        )
    if check.check in ("between", "in_set"):
        wrong = [*_wrong_values(check, kind)]
        for key, problem in wrong:
            hint = _HINTS.get(
                kind,
                "write a number"
                if "compared" not in problem
                else "check a part of it by a step",
            )
            yield Finding("LS144", f"{place}.{key}", problem, hint)
        yield from () if wrong else _empty_range(check, place, kind)


def _wrong_values(check: Check, kind: str) -> Iterator[tuple[str, str]]:
    bounds = {"min": check.min, "max": check.max}
    listed = {f"values.{index}": value for index, value in enumerate(check.values)}
    named: dict[str, Value | None] = {**bounds, **listed}
    for key, value in named.items():
        try:
            _ = None if value is None else comparable(value, kind)
        except ValueError as error:
            yield key, str(error)


def _empty_range(check: Check, place: str, kind: str) -> Iterator[Finding]:
    if not isinstance(check.min, str) or not isinstance(check.max, str):
        return
    if comparable(check.min, kind) > comparable(check.max, kind):  # type: ignore[operator]
        what = f"'max' {check.max} is below 'min' {check.min}"
        yield Finding("LS141", f"{place}.max", what, "swap or change the bounds")
