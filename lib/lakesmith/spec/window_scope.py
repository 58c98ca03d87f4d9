"""Steps that look at several rows together: which rows these are, and which steps change a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

Step = str | Mapping[str, Any]

_TOKEN = re.compile(
    r"[rR]'[^']*'|[rR]\"[^\"]*\"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`]|``)*`|--[^\n]*|/\*.*?\*/|\w+|\S",
    re.DOTALL,
)
_NAME = re.compile(r"\w+|`(?:[^`]|``)*`")
_COMMENTS = ("--", "/*")
_BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}
_ENDS_PARTITION = frozenset({"order", "sort", "rows", "range"})


def row_wise(steps: Sequence[Step]) -> list[Step]:
    """Return the steps before the first one that looks at several rows together, as far as the spec tells.

    Examples
    --------
    >>> row_wise([{"trim": ["a"]}, {"dedupe": {"keys": ["a"]}}, {"filter": "a > 0"}])
    [{'trim': ['a']}]
    """
    return list(takewhile(lambda step: not looks_at(step), steps))


def looks_at(step: Step) -> list[frozenset[str]]:
    """Return the columns, in lower case, that rows have in common which a step looks at together.

    Returns
    -------
    list of frozenset of str
        One for each grouping and window of a step of the library; none for a step that takes each row by itself.

    Examples
    --------
    >>> [sorted(columns) for columns in looks_at({"dedupe": {"keys": ["id", "Day"]}})]
    [['day', 'id']]
    >>> looks_at({"filter": "units > 0"}), looks_at("retail.lines:typed_lines")
    ([], [])
    """
    name = name_of(step)
    value = _value(step)
    options = value if isinstance(value, Mapping) else {}
    columns = options.get({"dedupe": "keys", "aggregate": "by"}.get(name, ""))
    found = [_lower(columns)] if isinstance(columns, list) else []
    texts = {
        "with_columns": options,
        "filter": {"": value},
        "aggregate": options.get("measures"),
    }.get(name)
    sqls = texts.values() if isinstance(texts, Mapping) else ()
    return found + [
        window for sql in sqls if isinstance(sql, str) for window in windows(sql)
    ]


def windows(sql: str) -> list[frozenset[str]]:
    """Return the columns that each window of a SQL text is partitioned by, in lower case.

    Examples
    --------
    >>> [sorted(w) for w in windows("rank() OVER (PARTITION BY Id, `a day`, f(x, y) ORDER BY seq) + max(v) OVER ()")]
    [['a day', 'id'], []]
    >>> windows("'max(v) OVER ()' || over")
    []
    """
    lower = [token.lower() for token in sql_tokens(sql)]
    at = [
        index
        for index in range(1, len(lower))
        if lower[index] == "over" and lower[index - 1] in (")", "nulls")
    ]
    return [frozenset(_partition(lower[index + 1 :])) for index in at]


def sql_tokens(sql: str) -> list[str]:
    """Return the words, literals and signs of a SQL text without its comments.

    Examples
    --------
    >>> sql_tokens("f(`a day`, 'x y') -- why")
    ['f', '(', '`a day`', ',', "'x y'", ')']
    """
    return [token for token in _TOKEN.findall(sql) if not token.startswith(_COMMENTS)]


def name_of(step: Step) -> str:
    """Return the name of a step."""
    return step if isinstance(step, str) else str(next(iter(step), ""))


def changed_by(step: Step) -> frozenset[str]:
    """Return the columns, in lower case, that a step of the library makes, changes or takes away.

    Examples
    --------
    >>> sorted(changed_by({"rename": {"A": "b"}})), sorted(changed_by({"with_columns": {"n": "count(*) OVER ()"}}))
    (['a', 'b'], ['n'])
    """
    name = name_of(step)
    value = _value(step)
    if isinstance(value, list):
        return _lower(value) if name != "select" else frozenset()
    if not isinstance(value, Mapping):
        return frozenset()
    if name == "rename":
        return _lower([*value, *value.values()])
    made = {
        "with_columns": value,
        "cast": value,
        "date_parts": value.get("parts"),
        "hash_key": [value.get("name")],
    }
    return _lower(made.get(name) or ())


def _partition(tokens: Sequence[str]) -> Iterator[str]:
    """Yield the plain names behind PARTITION BY; what an expression comes to is not known."""
    if tokens[:1] != ["("] or tokens[1:3] not in (
        ["partition", "by"],
        ["distribute", "by"],
    ):
        return
    depth = 1
    item = list[str]()
    for word in tokens[3:]:
        depth += _BRACKETS.get(word, 0)
        is_end = depth == 0 or (depth == 1 and word in _ENDS_PARTITION)
        if is_end or (depth == 1 and word == ","):
            if len(item) == 1 and _NAME.fullmatch(item[0]):
                yield item[0].strip("`")
            item = []
        else:
            item.append(word)
        if is_end:
            return


def _value(step: Step) -> Any:
    return None if isinstance(step, str) else next(iter(step.values()), None)


def _lower(names: Any) -> frozenset[str]:
    return frozenset(str(name).lower() for name in names)
