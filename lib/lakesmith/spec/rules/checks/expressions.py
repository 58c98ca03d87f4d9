"""Rules on the SQL of an expression check, as far as it can be known without Spark."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakesmith.spec.model import Check
from lakesmith.spec.rules.columns import arriving_columns
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.values.sql_text import code_of
from lakesmith.spec.yaml.provenance import Finding, suggest

_PAIRS = {")": "(", "]": "["}
_OPEN_TEXT = re.compile(r"['\"`]|/\*")
_WORD = re.compile(r"(?<![\w.`])`?([A-Za-z_]\w*)`?(?!\w)(?!\s*\()")
_LAMBDA = re.compile(r"(?:\(([\w\s,]*)\)|(\w+))\s*->")
_PREFIX = re.compile(r"(?<!\w)[rRxX](?=['\"])")
_TYPED = re.compile(r"\b(?:AS|::)\s*\w+", re.IGNORECASE)
# Words of the language, of types and of units of time: no columns where they stand unquoted.
_WORDS = frozenset("""
    all and any array as asc between both by case cast collate cross cube current_catalog current_database current_date
    current_time current_timestamp current_user date day dayofweek dayofyear days decimal desc distinct div doy dow
    else end epoch escape except exists extract false filter first float double for from group having hour hours if
    ilike in int integer bigint smallint tinyint interval is isodow isoweek isoyear last leading like limit
    localtimestamp long map microsecond microseconds millisecond milliseconds minute minutes month months natural not
    ntile null nulls on or order outer over overlaps overlay partition percent placing position quarter range regexp
    respect ignore rlike row rows second seconds select short session_user similar some string struct substring
    symmetric table then time timestamp timestamp_ltz timestamp_ntz to trailing trim true unbounded union unknown user
    using utf8 values void week weeks when where window with within year years yearofweek zone boolean binary byte char
    varchar
""".split())  # fmt: skip


def expression_findings(
    check: Check, place: str, subject: Subject
) -> Iterator[Finding]:
    """Require of an expression that its signs are balanced, and that each name can be a column of the frame."""
    if check.check != "expression" or check.expression is None:
        return
    problem = unbalanced(check.expression)
    if problem:
        yield Finding("LS146", f"{place}.expression", problem, "correct the expression")
        return
    known = _columns_at_the_gate(subject)
    for name in names_in(check.expression) if known else ():
        if name.lower() not in {column.lower() for column in known}:
            what = f"no column '{name}' is there when the check is made"
            yield Finding(
                "LS147",
                f"{place}.expression",
                what,
                suggest(name, known, "its columns"),
            )


def unbalanced(sql: str) -> str:
    """Say what an expression opens and does not close, or the other way; empty when it is balanced.

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
        elif sign in _PAIRS and (not opened or opened.pop() != _PAIRS[sign]):
            return f"'{sign}' closes nothing"
    return f"'{opened[-1]}' is not closed" if opened else ""


def names_in(sql: str) -> list[str]:
    """List what can only be columns in an expression, each once; none where it holds a query.

    Examples
    --------
    >>> names_in("ammount < 100 AND cast(day AS date) > date'2024-01-01' AND exists(xs, x -> x > 0)")
    ['ammount', 'xs']
    """
    code = _TYPED.sub(" ", code_of(_PREFIX.sub("", sql)))
    if re.search(r"\bselect\b", code, re.IGNORECASE):
        return []
    bound = {
        name
        for group in _LAMBDA.findall(code)
        for part in group
        for name in re.findall(r"\w+", part)
    }
    found = [
        name
        for name in _WORD.findall(code)
        if name.lower() not in _WORDS and name not in bound
    ]
    return list(dict.fromkeys(name for name in found if not name.startswith("_")))


def _columns_at_the_gate(subject: Subject) -> tuple[str, ...]:
    """Return every column that the frame may have at the gate; none when that is not known."""
    table = subject.table
    upstream = subject.upstream()
    keeps_more = upstream is not None and upstream.on_schema_change in ("add", "widen")
    arriving = arriving_columns(subject)
    if not table.columns or table.sql or table.inputs or keeps_more or not arriving:
        return ()
    if any(
        ":" in name
        for step in table.steps
        for name in ([step] if isinstance(step, str) else step)
    ):
        return ()
    made = re.findall(r"\w+", repr(table.steps))
    return tuple(dict.fromkeys((*table.columns, *arriving, *made)))
