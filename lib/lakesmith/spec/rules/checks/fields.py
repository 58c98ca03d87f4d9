"""Rules on checks: the fields that each one needs or refuses, their values, and what may follow a failure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lakesmith.spec.model import TABLE_CHECKS, Check
from lakesmith.spec.rules.checks.expressions import expression_findings
from lakesmith.spec.rules.checks.types import type_findings
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.values.java_regex import regex_problem
from lakesmith.spec.yaml.provenance import Finding, suggest

_COMMON = {"id", "check", "on_null", "on_fail", "description"}
_AGE = re.compile(r"[1-9][0-9]{0,5}[smhd]")
_WHOLE = "a whole number of 0 or more"


@dataclass(frozen=True)
class _Fields:
    """Fields of one kind of check: all of `needed`, at least one of `one_of`, and those of `optional`."""

    needed: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_BOUNDS = ("min", "max")
_FIELDS = {
    "not_null": _Fields(("column",)),
    "not_blank": _Fields(("column",)),
    "between": _Fields(("column",), _BOUNDS),
    "in_set": _Fields(("column", "values")),
    "regex": _Fields(("column", "pattern")),
    "length": _Fields(("column",), _BOUNDS),
    "cast_failed": _Fields(optional=("column",)),
    "expression": _Fields(("expression",), optional=("column",)),
    "unique": _Fields(("columns",)),
    "row_count": _Fields(one_of=_BOUNDS),
    "freshness": _Fields(("column", "max_age")),
}


def check_rules(subject: Subject) -> Iterator[Finding]:
    """Require of each check its own id, the fields of its kind, sound values, and columns of the contract."""
    checks = subject.table.checks
    counts = Counter(check.id for check in checks)
    for index, check in enumerate(checks):
        place = f"checks.{index}"
        if counts[check.id] > 1 and check.id in {
            earlier.id for earlier in checks[:index]
        }:
            yield Finding(
                "LS143",
                f"{place}.id",
                f"check id '{check.id}' is used twice",
                "give each check its own id",
            )
        yield from _field_findings(check, place)
        yield from _value_findings(check, place)
        yield from _column_findings(check, place, tuple(subject.table.columns))
        yield from type_findings(check, place, subject.table.columns)
        yield from expression_findings(check, place, subject)


def _field_findings(check: Check, place: str) -> Iterator[Finding]:
    fields = _FIELDS[check.check]
    given = {
        name
        for name in check.model_fields_set
        if getattr(check, name) not in (None, ())
    }
    takes = (*fields.needed, *fields.one_of, *fields.optional)
    hint = f"'{check.check}' takes {', '.join(takes)}"
    for name in fields.needed:
        if name not in given:
            yield Finding("LS140", place, f"check '{check.check}' needs '{name}'", hint)
    if fields.one_of and not given.intersection(fields.one_of):
        yield Finding(
            "LS140", place, f"check '{check.check}' needs 'min' or 'max'", hint
        )
    for name in sorted(given - _COMMON - set(takes)):
        yield Finding(
            "LS140", f"{place}.{name}", f"check '{check.check}' takes no '{name}'", hint
        )


def _value_findings(check: Check, place: str) -> Iterator[Finding]:
    if check.check in TABLE_CHECKS and check.on_fail not in ("warn", "fail"):
        what = f"check '{check.check}' looks at the whole table, it cannot '{check.on_fail}' rows"
        yield Finding(
            "LS142", f"{place}.on_fail", what, "write on_fail: warn or on_fail: fail"
        )
    problem = regex_problem(check.pattern) if check.pattern is not None else ""
    if problem:
        yield Finding(
            "LS141",
            f"{place}.pattern",
            f"the pattern does not compile: {problem}",
            "correct the pattern",
        )
    if check.max_age is not None and not _AGE.fullmatch(check.max_age):
        what = f"max_age '{check.max_age}' is no duration"
        yield Finding(
            "LS141",
            f"{place}.max_age",
            what,
            "write seconds, minutes, hours or days: 90s, 90m, 36h, 2d",
        )
    yield from _bound_findings(check, place)


def _bound_findings(check: Check, place: str) -> Iterator[Finding]:
    low = check.min
    high = check.max
    for name, bound in (("min", low), ("max", high)):
        counts = check.check in ("length", "row_count")
        if bound is not None and counts and not (isinstance(bound, int) and bound >= 0):
            yield Finding(
                "LS141",
                f"{place}.{name}",
                f"'{name}' is {bound!r}, {_WHOLE} expected",
                "change the bound",
            )
    if low is None or high is None:
        return
    if isinstance(low, str) or isinstance(high, str):
        if type(low) is not type(high):
            what = "'min' and 'max' are of different kinds, text and number"
            yield Finding(
                "LS141",
                f"{place}.max",
                what,
                "write both as numbers, or both as quoted text",
            )
    elif low > high:
        yield Finding(
            "LS141",
            f"{place}.max",
            f"'max' {high} is below 'min' {low}",
            "swap or change the bounds",
        )


def _column_findings(
    check: Check, place: str, contract: tuple[str, ...]
) -> Iterator[Finding]:
    if check.check == "cast_failed" and not contract:
        yield Finding(
            "LS140",
            place,
            "check 'cast_failed' needs a contract",
            "declare 'columns', or drop the check",
        )
    named = [("column", check.column)] if check.column else []
    named += [
        (f"columns.{index}", column) for index, column in enumerate(check.columns)
    ]
    for key, column in named:
        if contract and column not in contract:
            hint = suggest(str(column), contract, "its columns")
            yield Finding(
                "LS131",
                f"{place}.{key}",
                f"column '{column}' is not in the contract",
                hint,
            )
