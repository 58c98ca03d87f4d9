"""Read the SQL of a condition, as far as it can be known without Spark."""

from __future__ import annotations

import re

from lakesmith.spec.values.sql_text import code_of

_PAIRS = {")": "(", "]": "["}
_OPEN_TEXT = re.compile(r"['\"`]|/\*")
_WORD = re.compile(r"(?<![\w.`])`?([A-Za-z_]\w*)`?(?!\w)(?!\s*\()")
_LAMBDA = re.compile(r"(?:\(([\w\s,]*)\)|(\w+))\s*->")
_PREFIX = re.compile(r"(?<!\w)[rRxX](?=['\"])")
_TYPED = re.compile(r"\b(?:AS|::)\s*\w+", re.IGNORECASE)
# Words of the language, of types and of units of time; unquoted they are no columns.
_WORDS = frozenset("""
    all and any array as asc between both by case cast collate cross cube
    current_catalog current_database current_date current_time current_timestamp
    current_user date day dayofweek dayofyear days decimal desc distinct div doy dow
    else end epoch escape except exists extract false filter first float double for
    from group having hour hours if ilike in int integer bigint smallint tinyint
    interval is isodow isoweek isoyear last leading like limit localtimestamp long
    map microsecond microseconds millisecond milliseconds minute minutes month
    months natural not ntile null nulls on or order outer over overlaps overlay
    partition percent placing position quarter range regexp respect ignore rlike row
    rows second seconds select short session_user similar some string struct
    substring symmetric table then time timestamp timestamp_ltz timestamp_ntz to
    trailing trim true unbounded union unknown user using utf8 values void week
    weeks when where window with within year years yearofweek zone boolean binary
    byte char varchar
""".split())  # fmt: skip


def unbalanced(sql: str) -> str:
    """Return what is not balanced in an expression, or nothing.

    Examples
    --------
    >>> unbalanced("(a + 1"), unbalanced("note = ')'"), unbalanced("a = 'x")
    ("'(' is not closed", '', 'a quote is not closed')
    """
    code = code_of(sql)
    if not code.strip() and not sql.strip():
        return "the expression is empty"
    if _OPEN_TEXT.search(code):
        return "a quote is not closed"
    opened: list[str] = []
    for sign in code:
        if sign in _PAIRS.values():
            opened.append(sign)
        elif sign in _PAIRS:
            last = opened.pop() if opened else ""
            if last != _PAIRS[sign]:
                return f"'{sign}' closes nothing"
    return f"'{opened[-1]}' is not closed" if opened else ""


def names_in(sql: str) -> list[str]:
    """List what can only be columns in an expression, each once.

    Nothing is known of an expression that holds a query.

    Examples
    --------
    >>> names_in("ammount < 100 AND cast(day AS date) > date'2024-01-01'")
    ['ammount']
    >>> names_in("exists(xs, x -> x > 0)")
    ['xs']
    """
    code = _PREFIX.sub("", sql)
    code = code_of(code)
    code = _TYPED.sub(" ", code)
    if re.search(r"\bselect\b", code, re.IGNORECASE):
        return []
    bound = _lambda_parameters(code)
    names: list[str] = []
    for name in _WORD.findall(code):
        is_column = name.lower() not in _WORDS and not name.startswith("_")
        if is_column and name not in bound and name not in names:
            names.append(name)
    return names


def _lambda_parameters(code: str) -> set[str]:
    parameters: set[str] = set()
    for listed, single in _LAMBDA.findall(code):
        parameters |= set(re.findall(r"\w+", listed))
        parameters |= {single} - {""}
    return parameters
