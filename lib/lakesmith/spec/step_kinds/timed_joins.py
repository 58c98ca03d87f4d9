"""Record the joins by time, by range and by lookup, and check their options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lakesmith.columns import VALID_FROM, VALID_TO
from lakesmith.duration import SPAN_PATTERN
from lakesmith.spec.step_kinds.record import Options, StepRecord, always

DIRECTIONS = ("backward", "forward", "nearest")
RELATIONS = ("overlaps", "contains", "within")
Problems = Iterator[str]
_SPAN = re.compile(SPAN_PATTERN)
_WHOLE = re.compile(r"^[0-9]{1,18}$")


def lookup_problems(options: Options) -> Problems:
    """Yield what is wrong with the options of `join_lookup`, beyond their types.

    Examples
    --------
    >>> list(lookup_problems({"on": [], "rows": -1}))
    ['on names no column of the key', 'rows is -1; write a number from 0 on']
    """
    yield from _key_problems(options)
    yield from _count_problems(options, "rows", "broadcast_bytes")


def scd2_problems(options: Options) -> Problems:
    """Yield what is wrong with the options of `join_scd2`, beyond their types.

    Examples
    --------
    >>> list(scd2_problems({"on": ["id"], "valid_from": "a", "valid_to": "a"}))
    ['valid_from and valid_to are one column']
    """
    yield from lookup_problems(options)
    begin = options.get("valid_from") or "valid_from"
    if str(begin).lower() == str(options.get("valid_to")).lower():
        yield "valid_from and valid_to are one column"


def as_of_problems(options: Options) -> Problems:
    """Yield what is wrong with the options of `join_as_of`, beyond their types.

    Examples
    --------
    >>> list(as_of_problems({"on": ["id"], "max_staleness": "-5m"}))
    ["max_staleness '-5m' is no span; write 36h, 5m or 0s, or a number between whole numbers"]
    """
    yield from _span_problems(options, "max_staleness", "hot_key_span")
    yield from _count_problems(options, "hot_key_rows")
    direction = options.get("direction") or "backward"
    if direction != "backward" and options.get("available_at"):
        yield f"available_at tells what was known before, so it has no direction {direction}"
    staleness = str(options.get("max_staleness"))
    if _amount(staleness) == 0 and not options.get("allow_exact"):
        yield f"max_staleness {staleness} without allow_exact matches no row"
    if options.get("hot_key_span") and options.get("hot_key_rows") is None:
        yield "hot_key_span tells how long the rows of hot_key_rows are spread; give both"


def range_problems(options: Options) -> Problems:
    """Yield what is wrong with the options of `join_range`, beyond their types.

    Examples
    --------
    >>> list(range_problems({"at": "t", "other_at": "t", "width": "1d"}))
    ['at and other_at are both points; one of them must be an interval, as in [begin, end]']
    """
    intervals = []
    for side in ("at", "other_at"):
        names = options.get(side)
        if isinstance(names, list | tuple):
            intervals.append(side)
            if len(names) != 2:
                yield f"{side} names {len(names)} columns; an interval has two"
    if not intervals and options.get("at"):
        yield "at and other_at are both points; one of them must be an interval, as in [begin, end]"
    relation = options.get("relation") or "overlaps"
    if relation != "overlaps" and len(intervals) == 1:
        yield f"{relation} compares two intervals; leave it out for a point in an interval"
    yield from _span_problems(options, "width")
    if _amount(str(options.get("width"))) == 0:
        yield "width is 0; write about how long an interval is, such as 1d"


def _key_problems(options: Options) -> Problems:
    if options.get("on") in ([], ()):
        yield "on names no column of the key"


def _span_problems(options: Options, *names: str) -> Problems:
    for name in names:
        given = options.get(name)
        if given is not None and _amount(str(given)) is None:
            yield (
                f"{name} '{given}' is no span; write 36h, 5m or 0s, or a number between"
                " whole numbers"
            )


def _amount(text: str) -> int | None:
    """Return the number of a span, None for what is none."""
    is_span = _SPAN.match(text) or _WHOLE.match(text)
    return int(text.rstrip("smhd")) if is_span else None


def _count_problems(options: Options, *names: str) -> Problems:
    for name in names:
        given = options.get(name)
        if isinstance(given, int) and given < 0:
            yield f"{name} is {given}; write a number from 0 on"


def _by_all(options: Options) -> None:
    """Say that every column may decide which row is found."""


def _by_validity(options: Options) -> tuple[str, ...]:
    begin = options.get("valid_from") or VALID_FROM
    end = options.get("valid_to") or VALID_TO
    return (str(begin), str(end))


def _at_its_time(options: Options) -> tuple[str, str, str]:
    begin, end = _by_validity(options)
    return (str(options.get("at")), begin, end)


def _is_left(options: Options) -> bool:
    return bool(options.get("how", "left") == "left")


def _says_left(options: Options) -> bool:
    return bool(options.get("how") == "left")


def _join(
    function: str,
    problems: Callable[[Options], Iterable[str]],
    keeps_rows: Callable[[Options], bool] = _is_left,
    **known: Any,
) -> StepRecord:
    return StepRecord(
        f"lakesmith.transforms.joins.{function}",
        inputs={"input": "other"},
        is_row_wise=False,
        keeps_rows=keeps_rows,
        passes_rows=True,
        problems=problems,
        **known,
    )


TIMED_JOINS: Mapping[str, StepRecord] = {
    "join_as_of": _join(
        "as_of:join_as_of",
        as_of_problems,
        always,
        joins_on="on",
        matches_by=_by_all,
    ),
    "join_lookup": _join("lookup:join_lookup", lookup_problems, joins_on="on"),
    "join_range": _join("range:join_range", range_problems, _says_left),
    "join_scd2": _join(
        "scd2:join_scd2",
        scd2_problems,
        joins_on="on",
        matches_by=_by_validity,
        valid_at=_at_its_time,
    ),
}


def problems_of(step: str, options: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the options of a join, beyond their types.

    Examples
    --------
    >>> problems_of("join_lookup", {"on": ["id"]})
    []
    """
    return [*TIMED_JOINS[step].problems(options)]
