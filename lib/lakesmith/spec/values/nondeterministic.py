"""List the SQL functions that give another value on a second run."""

from __future__ import annotations

import re

from lakesmith.spec.values.sql_text import code_of

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
    """Return the functions in a SQL text that give another value on every run, each once.

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

    return list(dict.fromkeys(calls))
