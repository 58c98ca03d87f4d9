"""List the SQL functions that may give another value on a second run."""

from __future__ import annotations

import re

from lakesmith.spec.values.sql_text import arguments, closing, code_of, sql_tokens

CLOCKS = (
    "current_date",
    "current_timestamp",
    "current_time",
    "localtimestamp",
    "curdate",
    "now",
)
CHANCE = ("rand", "randn", "random", "randstr", "uniform", "uuid", "shuffle")
PLACES = (
    "monotonically_increasing_id", "spark_partition_id",
    "input_file_name", "input_file_block_start", "input_file_block_length",
)  # fmt: skip
SESSION = (
    "current_user", "session_user", "user", "current_catalog", "current_database",
    "current_schema", "current_path", "current_timezone", "version", "reflect",
    "java_method", "try_reflect", "python_worker_logs",
)  # fmt: skip
SQL_FUNCTIONS = frozenset((*CLOCKS, *CHANCE, *PLACES, *SESSION))
# Without an argument these read the clock, with one they convert it.
CLOCKS_WITHOUT_ARGUMENTS = frozenset(("unix_timestamp", "to_unix_timestamp"))
# Functions that SQL calls without brackets.
WORDS = frozenset((
    "current_date", "current_timestamp", "current_time", "localtimestamp",
    "current_user",
))  # fmt: skip
# As aggregates these depend on the order in which rows come.
EXTREMES = frozenset(("max_by", "min_by"))
TIE_HINTS = {
    "max_by": "write max_by(value, struct(order, value))",
    "min_by": "write min_by(value, struct(order, value))",
    "mode": "write mode(value, true), which takes the least of them",
}
PICKS = EXTREMES | frozenset(
    ("any_value", "first", "first_value", "last", "last_value", "mode")
)
LISTS = frozenset(("collect_list", "collect_set", "array_agg", "listagg", "string_agg"))
# What these make of a list does not depend on its order.
_ORDERLESS = frozenset(
    ("array_sort", "sort_array", "size", "cardinality", "array_size")
)
_CALL = "|".join(sorted(SQL_FUNCTIONS))
_BARE = "|".join(sorted(WORDS))
_EMPTY = "|".join(sorted(CLOCKS_WITHOUT_ARGUMENTS))
_FOUND = re.compile(
    rf"(?<![\w.])(?:({_CALL})\s*\(|({_EMPTY})\s*\(\s*\)|({_BARE})\b(?!\s*\())",
    re.IGNORECASE,
)
_SPECIAL = re.compile(
    r"\b(?:date|timestamp(?:_ltz|_ntz)?)\s*(['\"])\s*(now|today|yesterday|tomorrow)\b[^'\"]*\1",
    re.IGNORECASE,
)


def nondeterministic_calls(sql: str) -> list[str]:
    """Return the functions in a SQL text that may give another value on a second run, each once.

    Examples
    --------
    >>> nondeterministic_calls("now() > ts AND note <> 'rand()' AND d < current_date")
    ['now', 'current_date']
    >>> nondeterministic_calls("unix_timestamp() > unix_timestamp(ts) OR ts > timestamp'now'")
    ['unix_timestamp', 'now']
    """
    calls: list[str] = []
    for groups in _FOUND.findall(code_of(sql)):
        name = next(filter(None, groups))
        calls.append(name.lower())
    for _, word in _SPECIAL.findall(sql):
        calls.append(word.lower())
    calls += unordered_calls(sql)

    return list(dict.fromkeys(calls))


def unordered_calls(sql: str) -> list[str]:
    """Return the aggregates in a SQL text whose value depends on the order in which rows come.

    Examples
    --------
    >>> unordered_calls("first(a) + last(b) FILTER (WHERE b > 0) OVER (ORDER BY c)")
    ['first']
    >>> unordered_calls("array_sort(collect_list(a)), size(collect_set(b)), collect_set(c)")
    ['collect_set']
    >>> unordered_calls("listagg(a, ',') WITHIN GROUP (ORDER BY a), mode(a, true)")
    []
    >>> unordered_calls("max_by(a, b) + max_by(a, struct(b, a)) + mode(a)")
    ['max_by', 'mode']
    """
    tokens = [token.lower() for token in sql_tokens(sql)]
    places = range(len(tokens) - 1)
    return [
        tokens[place]
        for place in places
        if tokens[place] in PICKS | LISTS
        and tokens[place + 1] == "("
        and not _is_ordered(tokens, place)
    ]


def _is_ordered(tokens: list[str], place: int) -> bool:
    end = closing(tokens, place + 1)
    after = tokens[end + 1 :] if end is not None else []
    if after[:2] in (["ignore", "nulls"], ["respect", "nulls"]):
        after = after[2:]
    if after[:2] == ["filter", "("]:
        filter_end = closing(after, 1)
        after = after[filter_end + 1 :] if filter_end is not None else []
    given = arguments(tokens[place + 2 : end])
    before = tokens[max(place - 2, 0) : place]
    is_list = tokens[place] in LISTS
    is_sorted = before[1:] == ["("] and before[0] in _ORDERLESS
    return (
        after[:1] == ["over"]
        or after[:2] == ["within", "group"]
        or (tokens[place] in EXTREMES and _breaks_ties(given))
        or (tokens[place] == "mode" and len(given) > 1)
        or (is_list and is_sorted)
    )


def _breaks_ties(given: list[list[str]]) -> bool:
    """Return whether a value is itself in the struct by which it is chosen."""
    if len(given) != 2:
        return False
    value, order = given
    if value == order:
        return True
    return order[:2] == ["struct", "("] and value in arguments(order[2:-1])
