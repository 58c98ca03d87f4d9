"""Compare the type of a column with what a check can measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model.checks.base import Check, GateColumns

NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")
TIMES = ("date", "timestamp", "timestamp_ntz")
ORDERED = (*NUMBERS, *TIMES, "string", "boolean")
# What can be grouped: Spark groups by no map and no variant.
GROUPED = (*ORDERED, "binary", "array", "struct")


def kind_findings(
    check: Check, kinds: Sequence[str], columns: GateColumns
) -> Iterator[Finding]:
    """Find the columns whose type the check cannot measure.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import GateColumns, NotInFuture
    >>> check = NotInFuture(id="past", column="id")
    >>> [one.what for one in kind_findings(check, TIMES, GateColumns({"id": "int"}))]
    ["check 'not_in_future' needs a date or timestamp, column 'id' is int"]
    """
    for key, column in typed_columns(check).items():
        problem = kind_problem(check.check, column, columns.type_of(column), kinds)
        if problem:
            hint = f"name a column that is {noun_of(kinds)}"
            yield Finding("LS145", key, problem, hint)


def typed_columns(check: Check) -> dict[str, str]:
    """Return the columns that must have a type which the check can measure, by key."""
    other = getattr(check, "other", None)
    others = {"other": other} if other else {}
    return {**check.checked_columns(), **others}


def kind_problem(check: str, column: str, kind: str, kinds: Sequence[str]) -> str:
    """Return why a check cannot measure a column of a type, or nothing.

    Examples
    --------
    >>> kind_problem("mean", "at", "date", NUMBERS)
    "check 'mean' needs a number, column 'at' is date"
    >>> kind_problem("mean", "n", "decimal(8,2)", NUMBERS)
    ''
    """
    family = kind.partition("(")[0].partition("<")[0]
    if not kind or not kinds or family in kinds:
        return ""
    return f"check '{check}' needs {noun_of(kinds)}, column '{column}' is {kind}"


def noun_of(kinds: Sequence[str]) -> str:
    """Return what the types of a check are, in words."""
    nouns = {
        NUMBERS: "a number",
        TIMES: "a date or timestamp",
        ORDERED: "a value that has an order",
        GROUPED: "a value that can be grouped",
    }
    return nouns[tuple(kinds)]
