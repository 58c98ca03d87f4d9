"""Read SQL text as far as a spec needs it, without a parser of the whole language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

_LITERAL = (
    r"\b[rR]'[^']*'|\b[rR]\"[^\"]*\"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
    r"|`(?:[^`]|``)*`"
)
_COMMENT = r"--[^\n]*|/\*.*?\*/"
_TOKEN = re.compile(rf"{_LITERAL}|{_COMMENT}|\w+|\S", re.DOTALL)
_NO_CODE = re.compile(rf"({_LITERAL})|{_COMMENT}", re.DOTALL)
_NAME = re.compile(r"\w+|`(?:[^`]|``)*`")
_COMMENT_STARTS = ("--", "/*")
_RAW_STARTS = ("r'", 'r"')
_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}
_BEFORE_OVER = frozenset({")", "nulls"})
_PARTITION_BY = (["partition", "by"], ["distribute", "by"])
_PARTITION_ENDS = frozenset({"order", "sort", "rows", "range"})
_KEYWORDS = frozenset(
    "and or not case when then else end as is null in between like rlike true false".split()
)
_GENERATORS = frozenset(
    "explode explode_outer posexplode posexplode_outer inline inline_outer stack json_tuple"
    " variant_explode variant_explode_outer".split()
)
_TYPES = frozenset("date timestamp int bigint string double decimal boolean".split())
# Aggregates that take text for a double.
_EXTREMES = frozenset({"max", "min"})
_SUMS = frozenset(
    "sum try_sum avg try_avg mean median stddev stddev_samp stddev_pop std variance var_samp"
    " var_pop".split()
)


def sql_tokens(sql: str) -> list[str]:
    """Return the words, literals and signs of a SQL text without its comments.

    Examples
    --------
    >>> sql_tokens("f(`a day`, 'x y') -- why")
    ['f', '(', '`a day`', ',', "'x y'", ')']
    """
    tokens: list[str] = _TOKEN.findall(sql)
    return [token for token in tokens if not token.startswith(_COMMENT_STARTS)]


def code_of(sql: str) -> str:
    """Return a SQL text of the same length with literals as ``?`` and comments as blanks.

    Examples
    --------
    >>> code_of("f(`a`, 'x') -- why")
    'f(???, ???)       '
    """
    return _NO_CODE.sub(_mask, sql)


def summed_columns(sql: str) -> frozenset[str]:
    """Return the columns that a text adds up as they are, in lower case.

    Examples
    --------
    >>> sorted(summed_columns("sum(Qty) + avg(`price`) + max(day) + sum(cast(n AS int))"))
    ['price', 'qty']
    """
    return _arguments(sql, _SUMS)


def extreme_columns(sql: str) -> frozenset[str]:
    """Return the columns of which a text takes the least or the greatest as they are.

    Examples
    --------
    >>> sorted(extreme_columns("max(Day) - min(cast(n AS int))"))
    ['day']
    """
    return _arguments(sql, _EXTREMES)


def _arguments(sql: str, functions: Collection[str]) -> frozenset[str]:
    tokens = _lowered_tokens(sql)
    calls = zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False)
    return frozenset(
        column.strip("`")
        for function, opening, column, end in calls
        if function in functions and opening == "(" and end == ")"
    )


def ends_in_comment(sql: str) -> bool:
    r"""Return whether a text of one line ends in a comment, which may have swallowed other lines.

    Examples
    --------
    >>> ends_in_comment("a > 0 -- no tests AND b > 0"), ends_in_comment("a = '--' -- b\n AND c")
    (True, False)
    """
    line = sql.strip()
    code = code_of(line)
    is_masked = len(code.rstrip()) < len(code)
    return is_masked and "\n" not in line and not line.endswith("*/")


def column_names(sql: str) -> frozenset[str]:
    """Return the columns that a SQL text may name, in lower case.

    A word that is not understood counts as a column.

    Examples
    --------
    >>> sorted(column_names("cast(Units AS int) * `unit price` > 5 AND date'2024-01-01' < day"))
    ['day', 'unit price', 'units']
    """
    tokens = _lowered_tokens(sql)
    neighbours = zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False)
    named = [
        token for before, token, after in neighbours if _is_name(before, token, after)
    ]

    return frozenset(token.strip("`") for token in named)


def windows(sql: str) -> list[frozenset[str]]:
    """Return the columns that each window of a SQL text is partitioned by, in lower case.

    Examples
    --------
    >>> ranked = "rank() OVER (PARTITION BY Id, `a day`, f(x, y) ORDER BY seq)"
    >>> [sorted(columns) for columns in windows(f"{ranked} + max(v) OVER ()")]
    [['a day', 'id'], []]
    >>> windows("'max(v) OVER ()' || over")
    []
    """
    tokens = _lowered_tokens(sql)
    ends = [
        end
        for end in range(1, len(tokens))
        if tokens[end] == "over" and tokens[end - 1] in _BEFORE_OVER
    ]

    return [frozenset(_partition(tokens[end + 1 :])) for end in ends]


def generator_calls(sql: str) -> list[str]:
    """Return the functions of a SQL text that make several rows of one.

    Examples
    --------
    >>> generator_calls("explode(split(a, ',')) -- stack(1, 2)"), generator_calls("explode")
    (['explode'], [])
    """
    tokens = _lowered_tokens(sql)
    pairs = pairwise(tokens)
    return [name for name, sign in pairs if name in _GENERATORS and sign == "("]


def selects_column(sql: str, name: str) -> bool:
    """Return whether a query surely selects a column of its input as it is.

    Examples
    --------
    >>> selects_column("SELECT k, q FROM t", "k"), selects_column("SELECT * FROM t", "k")
    (True, True)
    >>> selects_column("SELECT lower(k) AS k FROM t", "k")
    False
    >>> selects_column("SELECT k FROM (SELECT lower(k) AS k FROM t)", "k")
    False
    """
    tokens = _lowered_tokens(sql)
    if tokens.count("select") != 1 or tokens[0] != "select" or "from" not in tokens:
        return False
    end = tokens.index("from")
    items = arguments(tokens[1:end])
    lower = name.lower()
    spellings = ([lower], [f"`{lower}`"], ["*"])
    return any(item in spellings for item in items)


def closing(tokens: Sequence[str], start: int) -> int | None:
    """Return where the bracket closes that opens at `start`.

    Examples
    --------
    >>> closing(["f", "(", "(", "b", ")", ")"], 1), closing(["f", "(", "a"], 1)
    (5, None)
    """
    depth = 0
    for place in range(start, len(tokens)):
        depth += _DEPTH.get(tokens[place], 0)
        if depth == 0:
            return place

    return None


def arguments(tokens: Sequence[str]) -> list[list[str]]:
    """Split the tokens between two brackets at the commas outside of further brackets.

    Examples
    --------
    >>> arguments(sql_tokens("a, f(b, c), 14"))
    [['a'], ['f', '(', 'b', ',', 'c', ')'], ['14']]
    """
    depth = 0
    parts: list[list[str]] = [[]]

    for sign in tokens:
        depth += _DEPTH.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(sign)

    return parts


def _lowered_tokens(sql: str) -> list[str]:
    return [token.lower() for token in sql_tokens(sql)]


def _mask(match: re.Match[str]) -> str:
    sign = "?" if match.group(1) else " "
    return sign * len(match.group())


def _is_name(before: str, token: str, after: str) -> bool:
    if token.startswith("`"):
        return True
    if not token[0].isidentifier() or token.startswith(_RAW_STARTS):
        return False

    is_call = after == "("
    is_type = token in _TYPES and (before == "as" or after[:1] in ("'", '"'))

    return not (is_call or is_type or token in _KEYWORDS)


def _partition(tokens: Sequence[str]) -> Iterator[str]:
    """Yield the plain names behind PARTITION BY, since the value of an expression is unknown."""
    end = closing(tokens, 0) if tokens[:1] == ["("] else None
    if end is None or tokens[1:3] not in _PARTITION_BY:
        return
    columns = list(_until_order(tokens[3:end]))
    for item in arguments(columns):
        if len(item) == 1 and _NAME.fullmatch(item[0]):
            yield item[0].strip("`")


def _until_order(tokens: Sequence[str]) -> Iterator[str]:
    depth = 0
    for token in tokens:
        depth += _DEPTH.get(token, 0)
        if depth == 0 and token in _PARTITION_ENDS:
            return
        yield token
