"""Find the regular expressions that a SQL text names as constants."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakesmith.spec.values.java_regex import regex_problem
from lakesmith.spec.values.sql_text import code_of, column_names

# The arguments of each function that are regular expressions.
_PATTERNS_OF = {
    "rlike": (1,), "regexp": (1,), "regexp_like": (1,), "regexp_count": (1,),
    "regexp_extract": (1,), "regexp_extract_all": (1,), "regexp_instr": (1,),
    "regexp_replace": (1,), "regexp_substr": (1,), "split": (1,), "str_to_map": (1, 2),
}  # fmt: skip
_CALL = re.compile(rf"(?<![\w.`])({'|'.join(_PATTERNS_OF)})\s*\(", re.IGNORECASE)
_OPERATOR = re.compile(r"(?<![\w.`])(?:rlike|regexp)\b", re.IGNORECASE)
_END = re.compile(
    r"\b(?:and|or|then|else|when|end|as|is|not|in|between|from|where|group|order|union)\b"
    r"|[,)\]=<>!;]",
    re.IGNORECASE,
)
_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}
_RAW = re.compile(r"""[rR](?:'([^']*)'|"([^"]*)")""")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL
)
_SIGNS = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_KEPT = {"%": "\\%", "_": "\\_"}

_ESCAPE_OF = re.compile(r"\\(.)", re.DOTALL)
# With or without a backslash these mean the same to a pattern.
_SAME_ESCAPES = frozenset("\\nrtuU'\"0123/:;,@#=<>~!%_` ")


def constant_patterns(sql: str) -> list[str]:
    r"""Return the SQL of each regular expression that no column is part of, each once.

    Examples
    --------
    >>> constant_patterns("regexp_like(s, concat('a', '*')) OR s RLIKE t OR s RLIKE '['")
    ["concat('a', '*')", "'['"]
    >>> constant_patterns(r"split(s, r'\d') [0] = 's RLIKE (' -- RLIKE '['")
    ["r'\\d'"]
    """
    found = [*_called(sql), *_compared(sql)]
    constants = [text.strip() for text in found if not column_names(text)]
    given = filter(None, constants)
    return list(dict.fromkeys(given))


def pattern_problems(sql: str) -> list[str]:
    r"""Return what Java refuses in the constant patterns of a SQL text, as far as Python can.

    Examples
    --------
    >>> pattern_problems("id = 1 OR s RLIKE '['")
    ["the pattern '[' does not compile: unterminated character set"]
    >>> pattern_problems(r"s RLIKE '^\d+'")
    ["the pattern '^\\d+' loses its backslash before 'd'"]
    >>> pattern_problems(r"s RLIKE 'a\/b'")
    []
    >>> pattern_problems(r"s RLIKE '\\d+' AND regexp_replace(s, r'\s+', ' ') <> ''")
    []
    """
    patterns = constant_patterns(sql)
    lost = [
        f"the pattern {shown} loses its backslash before '{sign}'"
        for shown in patterns
        for sign in _lost_signs(shown)
    ]
    texts = [(sql_text, literal_text(sql_text)) for sql_text in patterns]
    problems = [(shown, regex_problem(text)) for shown, text in texts if text]
    return lost + [
        f"the pattern {shown} does not compile: {problem}"
        for shown, problem in problems
        if problem
    ]


def _lost_signs(sql: str) -> list[str]:
    """Return the signs of a pattern before which SQL drops the backslash, or reads it otherwise."""
    quoted = _QUOTED.fullmatch(sql)
    if quoted is None:
        return []
    escapes = _ESCAPE_OF.findall(quoted[1] or quoted[2] or "")
    return list(dict.fromkeys(sign for sign in escapes if sign not in _SAME_ESCAPES))


def literal_text(sql: str) -> str | None:
    r"""Return the text that one literal of SQL stands for, or None for anything else.

    Examples
    --------
    >>> literal_text(r"'\\d\t\u0041\%'"), literal_text(r"r'\d'"), literal_text("concat('a')")
    ('\\d\tA\\%', '\\d', None)
    """
    raw = _RAW.fullmatch(sql)
    if raw:
        return raw[1] or raw[2] or ""
    quoted = _QUOTED.fullmatch(sql)
    if quoted:
        return _ESCAPE.sub(_unescaped, quoted[1] or quoted[2] or "")
    return None


def _called(sql: str) -> Iterator[str]:
    """Yield the arguments of functions that are patterns."""
    code = code_of(sql)
    for call in _CALL.finditer(code):
        function = call[1].lower()
        arguments = list(_arguments(sql, code, call.end()))
        for place in _PATTERNS_OF[function]:
            yield from arguments[place : place + 1]


def _compared(sql: str) -> Iterator[str]:
    """Yield what stands on the right of RLIKE and REGEXP."""
    code = code_of(sql)
    for operator in _OPERATOR.finditer(code):
        start = operator.end()
        end = _end(code, start, _END)
        yield sql[start:end]


def _arguments(sql: str, code: str, start: int) -> Iterator[str]:
    """Yield the arguments of a call whose bracket opens before a place."""
    comma = re.compile(r"[,)]")
    while start <= len(code):
        end = _end(code, start, comma)
        yield sql[start:end]
        if code[end : end + 1] != ",":
            return
        start = end + 1


def _end(code: str, start: int, ends: re.Pattern[str]) -> int:
    """Return the place of the first match that is within no further brackets."""
    depth = 0
    for place in range(start, len(code)):
        if depth == 0 and ends.match(code, place):
            return place
        depth += _DEPTH.get(code[place], 0)
    return len(code)


def _unescaped(escape: re.Match[str]) -> str:
    number = escape[1] or escape[2]
    if number:
        return chr(int(number, 16))
    if escape[3]:
        return chr(int(escape[3], 8))
    sign = escape[4]
    return _SIGNS.get(sign, _KEPT.get(sign, sign))
