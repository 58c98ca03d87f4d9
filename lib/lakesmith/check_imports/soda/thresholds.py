"""Read the thresholds of Soda as the values that pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.bounds import GAP, Range, number
from lakesmith.check_imports.drafts import NoCounterpartError
from lakesmith.check_imports.making.limits import Limits

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

_VALUE = r"[+-]?(?:\d+\.?\d*|\.\d+)(?: ?%)?|(?:\d+[dhms])+"
_SINGLE = re.compile(rf"(<=|>=|!=|<>|=|<|>) ({_VALUE})")
_BETWEEN = re.compile(rf"(not )?between ([\[(])?({_VALUE}) and ({_VALUE})([\])])?")
_INVERSE = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "=", "<>": "=",
    "between": "not between", "not between": "between",
}  # fmt: skip
_OF_CONTRACT = {
    "must_be": "=", "must_not_be": "!=", "must_be_greater_than": ">",
    "must_be_greater_than_or_equal": ">=", "must_be_less_than": "<",
    "must_be_less_than_or_equal": "<=",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A comparison of a metric with a value, or with two."""

    operator: str
    low: str | int | float
    high: str | int | float = 0
    low_open: bool = False
    high_open: bool = False

    def inverse(self) -> Comparison:
        """Return the comparison that holds where this one does not."""
        operator = _INVERSE[self.operator]
        return replace(self, operator=operator)

    def range(self) -> Range:
        """Return the values for which it holds.

        Raises
        ------
        NoCounterpartError
            When they are not all between two bounds.

        Examples
        --------
        >>> Comparison("!=", 0).range()
        Range(min=0, max=None, min_open=True, max_open=False)
        """
        match self.operator:
            case "<" | "<=":
                return Range(max=self.low, max_open=self.operator == "<")
            case ">" | ">=":
                return Range(min=self.low, min_open=self.operator == ">")
            case "=":
                return Range(self.low, self.low)
            case "between":
                return Range(
                    self.low,
                    self.high,
                    self.low_open,
                    self.high_open,
                )
        if self.operator != "not between" and not number(self.low):
            return Range(min=0, min_open=True, has_gap=True)
        raise NoCounterpartError(GAP)


def comparison(text: str) -> Comparison:
    """Read a comparison as a check of Soda writes it.

    Raises
    ------
    NoCounterpartError
        When it is none.

    Examples
    --------
    >>> comparison("<= 5 %").low, comparison("between 1 and 9").high
    (5, 9)
    """
    squeezed = " ".join(text.split())
    single = _SINGLE.fullmatch(squeezed)
    if single:
        return Comparison(single.group(1), _value(single.group(2)))
    between = _BETWEEN.fullmatch(squeezed)
    if between is None:
        raise NoCounterpartError(f"the threshold '{text}' is not understood")
    negated, opening, low, high, closing = between.groups()
    is_open = opening == "(", closing == ")"
    operator = "not between" if negated else "between"
    return Comparison(
        operator,
        _value(low),
        _value(high),
        *is_open,
    )


def _value(text: str) -> str | int:
    bare = text.replace("%", "").strip()
    if not re.fullmatch(r"[+-]?\d+", bare):
        return bare
    return int(bare)


def text_limits(passing: str, arguments: Arguments) -> Limits:
    """Return the limits of a check whose threshold is text, behind it or below it.

    Raises
    ------
    NoCounterpartError
        When it has none.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> given = {"warn": "when between 1 and 9", "fail": "when > 9"}
    >>> text_limits("", Arguments(given)).warn
    Range(min=None, max=1, min_open=False, max_open=True)
    """
    warn = _when(arguments, "warn")
    fail = _when(arguments, "fail")
    if passing:
        return Limits(comparison(passing).range(), _warned(warn, None))
    if warn is None and fail is None:
        raise NoCounterpartError("it has no threshold")
    failing = fail.inverse().range() if fail else None
    return Limits(failing, _warned(warn, failing))


def _when(arguments: Arguments, severity: str) -> Comparison | None:
    if severity not in arguments:
        return None
    text = arguments.text(severity)
    if not text.startswith("when "):
        raise NoCounterpartError(f"'{severity}: {text}' is not understood")
    return comparison(text.removeprefix("when "))


def _warned(warn: Comparison | None, fail: Range | None) -> Range | None:
    if warn is None:
        return None
    if warn.operator != "between" or fail is None:
        return warn.inverse().range()
    # Values beyond those that warn fail, so that only one side needs a bound.
    if fail.max is not None and number(fail.max) <= number(warn.high):
        return Range(max=warn.low, max_open=not warn.low_open)
    if fail.min is not None and number(fail.min) >= number(warn.low):
        return Range(min=warn.high, min_open=not warn.high_open)
    return warn.inverse().range()


def map_limits(threshold: Any, default: Range | None) -> Limits:
    """Return the limits of a threshold of a contract.

    Examples
    --------
    >>> map_limits({"must_be_less_than": 5, "level": "warn"}, None).warn
    Range(min=None, max=5, min_open=False, max_open=True)
    >>> map_limits(None, Range(0, 0)).fail
    Range(min=0, max=0, min_open=False, max_open=False)
    """
    given = dict(threshold) if isinstance(threshold, dict) else {}
    is_percent = given.pop("metric", "count") == "percent"
    given.pop("unit", None)
    more = given.pop("additional", None)
    level = _level(given)
    ranges = {level: _map_range(given) or default}
    if isinstance(more, dict):
        rest = dict(more)
        other = _level(rest)
        ranges[other] = _map_range(rest)
    if not any(ranges.values()):
        raise NoCounterpartError("it has no threshold")
    return Limits(
        ranges.get("fail"),
        ranges.get("warn"),
        is_percent,
    )


def _level(given: dict[str, Any]) -> str:
    return "warn" if given.pop("level", "fail") == "warn" else "fail"


def _map_range(given: dict[str, Any]) -> Range | None:
    if not given:
        return None
    if len(given) > 1:
        raise NoCounterpartError("its threshold has several comparisons")
    ((key, value),) = given.items()
    if key in _OF_CONTRACT:
        return Comparison(_OF_CONTRACT[key], value).range()
    if key != "must_be_between" or not isinstance(value, dict):
        raise NoCounterpartError(f"the threshold '{key}' has no counterpart")
    low = value.get("greater_than", value.get("greater_than_or_equal"))
    high = value.get("less_than", value.get("less_than_or_equal"))
    return Range(
        low,
        high,
        "greater_than" in value,
        "less_than" in value,
    )
